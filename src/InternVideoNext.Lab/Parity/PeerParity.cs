using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Models.Peers;
using InternVideoNext.Modules;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>Other systems' encoders: tables, every block, tokens, pooled vectors, the probes that came with them.</summary>
internal static class PeerParity
{
    private const string Weights = "weights.";
    private const string Arrays = "flax.";
    private const string Clip = "input.video";

    /// <summary>Whether a file's weights are another system's encoder.</summary>
    public static bool Knows(ReferenceData reference) =>
        PeerLayout.Of(reference.Under(Weights).Select(name => name[Weights.Length..])) is not null;

    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        using var noGrad = no_grad();
        using var encoder = Load(reference, Weights);
        // A second clip, of another size, has its results under the same name.
        foreach (var clip in reference.Under(Clip))
            CompareClip(encoder, reference, rows, clip, clip == Clip ? "" : clip[(Clip.Length + 1)..] + ".");
        switch (encoder)
        {
            case VJepa2Encoder vjepa2:
                Tables(vjepa2, reference, rows);
                Rotation(reference, rows);
                Probe(encoder, reference, rows);
                break;
            case VideoMaeEncoder videoMae:
                if (reference.Has("output.pos_embed"))
                    rows.Compare("output.pos_embed", videoMae.PositionsFor(encoder.Config.Grid), ParityTolerance.Peer);
                Resized(videoMae.PositionsFor, encoder, reference, rows);
                break;
            case InternVideo2Encoder internVideo2:
                Initial(encoder, reference, rows);
                Resized(internVideo2.PositionsFor, encoder, reference, rows);
                Classifier(encoder, reference, rows);
                break;
            default:
                Archive(reference, rows);
                break;
        }
    }

    private static PeerEncoder Load(ReferenceData reference, string prefix)
    {
        var options = new PeerOptions
        {
            Heads = reference.Int("heads"),
            PoolHeads = reference.Int("pool_heads"),
            ImageSize = reference.Int("image_size"),
            Frames = reference.Int("frames"),
            NormEps = reference.Number("norm_eps"),
            PoolNormEps = reference.Number("fc_norm_eps"),
            ScoreCap = reference.Number("logit_cap"),
            Gelu = reference.Text("activation").Contains("tanh", StringComparison.Ordinal) ? GeluKind.Tanh : GeluKind.Exact,
            Positions = reference.Flag("use_rope") != false ? VJepa2Positions.Rotary
                : reference.Flag("uniform_power") == true ? VJepa2Positions.UniformSineCosine : VJepa2Positions.SineCosine,
        };
        var checkpoint = PeerCheckpoint.Recognise(reference.Select(prefix), options)
            ?? throw new InvalidDataException($"{prefix}*: no encoder that is known here");
        return checkpoint.Load(CPU, out _);
    }

    private static void CompareClip(PeerEncoder encoder, ReferenceData reference, ParityRecorder rows, string clip, string variant)
    {
        var features = encoder.Run(reference[clip], (name, value) => CompareIfThere(name, value));
        rows.Compare(
            $"output.{variant}tokens", features.ClassTokens is { } classes ? cat([classes, features.Tokens], 1) : features.Tokens,
            ParityTolerance.Peer);
        if (features.Pooled is { } pooled) CompareIfThere(encoder is VideoPrismEncoder ? "pooled_l2" : "pooled", pooled);

        void CompareIfThere(string name, Tensor value)
        {
            var quantity = $"output.{variant}{name}";
            if (!reference.Has(quantity)) return;
            // InternVideo2's patches are recorded frame by frame.
            var shape = reference.Shape(quantity);
            rows.Compare(quantity, shape.Count == 4 ? value.reshape([.. shape]) : value, ParityTolerance.Peer);
        }
    }

    private static void Tables(VJepa2Encoder encoder, ReferenceData reference, ParityRecorder rows)
    {
        if (!reference.Has("output.pos_embed")) return;
        // Made anew: the encoder has the file's.
        rows.Compare("output.pos_embed", VJepa2Encoder.Table((VJepa2Config)encoder.Config, encoder.Config.Grid), ParityTolerance.Peer);
        Resized(grid => encoder.PositionsFor(grid)!, encoder, reference, rows);
    }

    private static void Resized(Func<TokenGrid, Tensor> positions, PeerEncoder encoder, ReferenceData reference, ParityRecorder rows)
    {
        const string Quantity = "output.pos_embed_resized";
        if (!reference.Has(Quantity)) return;
        var side = reference.IntIn("resized", "image_size");
        var grid = encoder.GridOf(
            Required("frames"), side ?? Required("height"), side ?? Required("width"));
        rows.Compare(Quantity, positions(grid), ParityTolerance.Peer);

        int Required(string name) => reference.IntIn("resized", name)
            ?? throw new InvalidDataException($"__metadata__.info.resized has no '{name}'");
    }

    private static void Rotation(ReferenceData reference, ParityRecorder rows)
    {
        if (!reference.Has("input.rope.q")) return;
        var positions = reference["output.rope.positions"]; // [3, N]: frame, row, column
        var sizes = positions.amax([1]).add(1).to(int64).data<long>().ToArray();
        var grid = new TokenGrid((int)sizes[0], (int)sizes[1], (int)sizes[2]);
        var query = reference["input.rope.q"];
        var index = arange(grid.Tokens);
        var ours = stack(
            [
                index.div(grid.TokensPerFrame, RoundingMode.floor),
                index.remainder(grid.TokensPerFrame).div(grid.Width, RoundingMode.floor),
                index.remainder(grid.Width),
            ]);
        rows.Compare("output.rope.positions", ours, ParityTolerance.Exact);
        rows.Compare(
            "output.rope.rotated", AxialRotaryEmbedding.For(grid, query.size(3), query.dtype, CPU).Rotate(query), ParityTolerance.Peer);
    }

    // On the encoder's own tokens.
    private static void Probe(PeerEncoder encoder, ReferenceData reference, ParityRecorder rows)
    {
        var huggingFace = reference.Has("weights.pooler.cross_attention_layer.cross_attn.q_proj.weight");
        if (!huggingFace && !reference.Has("weights.pooler.query_tokens")) return;
        var section = huggingFace ? "probe" : "pooler";
        var blocks = reference.Count(huggingFace ? "weights.pooler.self_attention_layers." : "weights.pooler.blocks.");
        var hidden = reference.Shape(
            $"weights.pooler.{(huggingFace ? "cross_attention_layer" : "cross_attention_block")}.mlp.fc1.weight")[0];
        var config = new AttentiveProbeConfig
        {
            Width = encoder.Width,
            Classes = reference.Has("weights.classifier.bias") ? (int)reference.Shape("weights.classifier.bias")[0] : 1,
            Heads = reference.IntIn(section, "heads") ?? encoder.Config.Heads,
            Blocks = blocks + 1,
            MlpRatio = (double)hidden / encoder.Width,
            NormEps = reference.NumberIn(section, "norm_eps") ?? (huggingFace ? 1e-6 : 1e-5),
        };
        var tokens = encoder.Encode(reference[Clip]).Tokens;
        if (!huggingFace)
        {
            // The file has the pooler alone; the layer behind it stays as it is drawn.
            using var generator = new Generator(0, CPU);
            using var unclassified = config.Build(generator);
            var pooler = unclassified.named_children().Single(child => child.name == "pooler").module;
            StrictLoader.Load(pooler, reference.Select("weights.pooler."), ReferenceModels.SameNames);
            rows.Compare("output.pooled", unclassified.Pool(tokens), ParityTolerance.Peer);
            return;
        }

        using var probe = ReferenceModels.Load(config.Build, reference, Weights, VJepa2ProbeNames.HuggingFace);
        rows.Compare("output.pooled", probe.Pool(tokens), ParityTolerance.Peer);
        rows.Compare("output.logits", probe.forward(tokens), ParityTolerance.Peer);
    }

    private static void Initial(PeerEncoder encoder, ReferenceData reference, ParityRecorder rows)
    {
        const string Prefix = "output.initial.";
        using var generator = new Generator(0, CPU);
        using var fresh = encoder.Config.Build(generator);
        var parameters = fresh.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var quantity in reference.Under(Prefix))
            if (parameters.TryGetValue(quantity[Prefix.Length..], out var table)) rows.Compare(quantity, table, ParityTolerance.Peer);
    }

    private static void Classifier(PeerEncoder encoder, ReferenceData reference, ParityRecorder rows)
    {
        var names = reference.Under(Weights + "fc_norm.").Concat(reference.Under(Weights + "vision_encoder.fc_norm.")).ToList();
        if (names.Count == 0 || !reference.Has("output.logits")) return;
        var prefix = names[0][..names[0].IndexOf("fc_norm.", StringComparison.Ordinal)];
        var map = new KeyMap("InternVideo2 classifier",
        [
            KeyRule.Map("fc_norm.{rest}", "fc_norm.{rest}"),
            KeyRule.Map("head.{rest}", "head.{rest}"),
            KeyRule.Map("extra_mlp.{rest}", "extra_mlp.{rest}"),
            KeyRule.Ignore("{rest}", "the encoder"),
        ]);
        using var classifier = ReferenceModels.Load(
            generator => new InternVideo2Classifier(
                encoder.PooledWidth!.Value, (int)reference.Shape(prefix + "head.bias")[0], reference.Under(prefix + "extra_mlp.").Any(),
                generator),
            reference, prefix, map);
        var pooled = encoder.Encode(reference[Clip]).Pooled!;
        if (reference.Has("output.pooled_ap")) rows.Compare("output.pooled_ap", classifier.Refine(pooled), ParityTolerance.Peer);
        rows.Compare("output.logits", classifier.forward(pooled), ParityTolerance.Peer);
    }

    // The same numbers under the names and shapes of the authors' archive.
    private static void Archive(ReferenceData reference, ParityRecorder rows)
    {
        if (!reference.Under(Arrays).Any()) return;
        using var encoder = Load(reference, Arrays);
        var difference = encoder.Encode(reference[Clip]).Tokens - reference["output.tokens"];
        var (absolute, scale) = (difference.abs().max().item<float>(), reference["output.tokens"].abs().max().item<float>());
        rows.Add("flax.*", absolute, absolute / scale, ParityTolerance.Peer, "output.tokens by the archive's arrays");
    }
}
