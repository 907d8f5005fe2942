using System.Globalization;
using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Models.Peers;

/// <summary>What no tensor of a file tells, where it is not as in the released models. Null: as released.</summary>
public sealed record PeerOptions
{
    /// <summary>Attention heads.</summary>
    public int? Heads { get; init; }

    /// <summary>Heads of the pooling attention.</summary>
    public int? PoolHeads { get; init; }

    /// <summary>Side of the native clips in pixels.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Frames of the native clips.</summary>
    public int? Frames { get; init; }

    /// <summary>Epsilon of the blocks' norms.</summary>
    public double? NormEps { get; init; }

    /// <summary>Epsilon of the norm after mean pooling.</summary>
    public double? PoolNormEps { get; init; }

    /// <summary>Largest absolute attention score of VideoPrism.</summary>
    public double? ScoreCap { get; init; }

    /// <summary>Form of InternVideo2's activation.</summary>
    public GeluKind? Gelu { get; init; }

    /// <summary>Where V-JEPA 2's tokens get their places from.</summary>
    public VJepa2Positions? Positions { get; init; }

    /// <summary>
    /// What a Hugging Face <c>config.json</c> beside a file tells: heads, size of the clips, epsilons. Empty where there is none.
    /// </summary>
    /// <param name="path">The file, or its folder.</param>
    /// <exception cref="InvalidDataException">There is one, and it is no JSON object.</exception>
    public static PeerOptions Beside(string path)
    {
        var file = Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "", "config.json");
        if (!File.Exists(file)) return new PeerOptions();
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new JsonException("not an object");
            return new PeerOptions
            {
                Heads = (int?)Number(root, "num_attention_heads"),
                ImageSize = (int?)(Number(root, "crop_size") ?? Number(root, "image_size")),
                NormEps = Number(root, "layer_norm_eps"),
            };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static double? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}

/// <summary>
/// A file recognised as another system's encoder by its keys and shapes: its sizes, and the names by which it is loaded.
/// </summary>
public sealed class PeerCheckpoint
{
    private readonly ITensorSource _source;

    private PeerCheckpoint(PeerConfig config, KeyMap map, ITensorSource source) => (Config, Map, _source) = (config, map, source);

    /// <summary>The encoder's sizes.</summary>
    public PeerConfig Config { get; }

    /// <summary>The file's names against the encoder's.</summary>
    public KeyMap Map { get; }

    /// <summary>Recognises a file.</summary>
    /// <param name="source">The file's tensors.</param>
    /// <param name="options">What no tensor tells; null: all as in the released models.</param>
    /// <returns>Null if it is none of the systems known here.</returns>
    /// <exception cref="InvalidDataException">
    /// It is one of them, but of a size that was never released, and <paramref name="options"/> lack what no tensor tells.
    /// </exception>
    public static PeerCheckpoint? Recognise(ITensorSource source, PeerOptions? options = null)
    {
        if (PeerLayout.Of(source.Entries.Keys) is not { } layout) return null;
        var stated = options ?? new PeerOptions();
        return layout.Kind switch
        {
            CheckpointKind.VJepa2 => VJepa2(source, layout, stated),
            CheckpointKind.VideoMae => VideoMae(source, layout, stated),
            CheckpointKind.InternVideo2 => InternVideo2(source, layout, stated),
            _ => VideoPrism(source, layout, stated),
        };
    }

    /// <summary>Its sizes in words, and the released encoders that have them.</summary>
    public string Describe()
    {
        var alike = ReleasedPeers.All.Where(peer => Sizes(peer.Config) == Sizes(Config)).Select(peer => peer.Name).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{PeerBlocks.Of(Config).Parameters:N0} parameters, width {Config.Width}, {Config.Heads} heads, tubelets of {Config.Tubelet} x "
            + $"{Config.PatchSize} x {Config.PatchSize}, {Config.Frames} frames of {Config.ImageSize} pixels; {Map.Name}"
            + $"{(alike.Count == 0 ? "" : $"; sizes of {string.Join(", ", alike)}")}");
    }

    // What the tensors tell: not the size of the clips, nor an epsilon.
    private static (Type, long, int, int) Sizes(PeerConfig config)
    {
        var smallest = config with { Frames = config.Tubelet, ImageSize = config.PatchSize };
        return (config.GetType(), PeerBlocks.Of(smallest).Parameters, config.Width, config.PatchSize);
    }

    /// <summary>Builds the encoder and loads the file into it, strictly.</summary>
    /// <param name="device">Where to put it.</param>
    /// <param name="report">What was done to each tensor.</param>
    /// <exception cref="CheckpointMismatchException">Names or shapes do not fit; every one is listed.</exception>
    /// <exception cref="ConfigurationException">The sizes do not fit one another.</exception>
    public PeerEncoder Load(Device device, out LoadReport report)
    {
        using var generator = StepGenerators.ForWeights(0);
        var encoder = Config.Build(generator);
        try
        {
            report = StrictLoader.Load(encoder, _source, Map);
        }
        catch (Exception e) when (e is CheckpointMismatchException or IOException)
        {
            encoder.Dispose();
            throw;
        }

        foreach (var parameter in encoder.parameters()) parameter.requires_grad = false;
        encoder.eval();
        encoder.to(device);
        return encoder;
    }

    private static PeerCheckpoint VJepa2(ITensorSource source, PeerLayout layout, PeerOptions stated)
    {
        var huggingFace = layout.Naming == PeerNaming.HuggingFace;
        var shapes = new PeerShapes(source, layout.Prefix);
        var patch = shapes.Of(huggingFace ? "encoder.embeddings.patch_embeddings.proj.weight" : "patch_embed.proj.weight", 5);
        var block = huggingFace ? "encoder.layer." : "blocks.";
        var positions = stated.Positions ?? VJepa2Positions.Rotary;
        var config = new VJepa2Config
        {
            Width = (int)patch[0],
            Tubelet = (int)patch[2],
            PatchSize = (int)patch[4],
            Depth = shapes.Count(block),
            MlpHidden = (int)shapes.Of(block + "0.mlp.fc1.weight", 2)[0],
            Heads = stated.Heads ?? shapes.ReleasedHeads((int)patch[0], (1024, 16), (1280, 16), (1408, 22)),
            ImageSize = stated.ImageSize ?? 256,
            Frames = stated.Frames ?? 16,
            NormEps = stated.NormEps ?? 1e-6,
            Positions = positions,
        };
        return new PeerCheckpoint(config, huggingFace ? VJepa2Names.HuggingFace(layout.Prefix)
            : VJepa2Names.Authors(layout.Prefix, positions != VJepa2Positions.Rotary), source);
    }

    private static PeerCheckpoint VideoMae(ITensorSource source, PeerLayout layout, PeerOptions stated)
    {
        var huggingFace = layout.Naming == PeerNaming.HuggingFace;
        var shapes = new PeerShapes(source, layout.Prefix);
        var patch = shapes.Of(huggingFace ? "embeddings.patch_embeddings.projection.weight" : "patch_embed.proj.weight", 5);
        var block = huggingFace ? "encoder.layer." : "blocks.";
        var config = new VideoMaeConfig
        {
            Width = (int)patch[0],
            Tubelet = (int)patch[2],
            PatchSize = (int)patch[4],
            Depth = shapes.Count(block),
            MlpHidden = (int)shapes.Of(block + (huggingFace ? "0.intermediate.dense.weight" : "0.mlp.fc1.weight"), 2)[0],
            Heads = stated.Heads
                ?? shapes.ReleasedHeads((int)patch[0], (384, 6), (768, 12), (1024, 16), (1280, 16), (1408, 16)),
            ImageSize = stated.ImageSize ?? 224,
            Frames = stated.Frames ?? 16,
            NormEps = stated.NormEps ?? (huggingFace ? 1e-12 : 1e-6),
            PoolNormEps = stated.PoolNormEps ?? (huggingFace ? 1e-5 : stated.NormEps ?? 1e-6),
            QkvBias = shapes.Has(block + (huggingFace ? "0.attention.attention.q_bias" : "0.attn.q_bias")),
            LayerScale = shapes.Has("blocks.0.gamma_1"),
            MeanPooling = huggingFace ? source.Entries.ContainsKey("fc_norm.weight") : shapes.Has("fc_norm.weight"),
        };
        return new PeerCheckpoint(
            config, huggingFace ? VideoMaeNames.HuggingFace(layout.Prefix) : VideoMaeNames.Authors(layout.Prefix), source);
    }

    private static PeerCheckpoint InternVideo2(ITensorSource source, PeerLayout layout, PeerOptions stated)
    {
        var shapes = new PeerShapes(source, layout.Prefix);
        var patch = shapes.Of("patch_embed.proj.weight", 5);
        var (patchSize, separate) = ((int)patch[4], shapes.Has("pos_embed_spatial"));
        var places = separate ? shapes.Of("pos_embed_spatial", 3)[1] : (int)Math.Pow((stated.ImageSize ?? 224) / patchSize, 2);
        var frames = separate ? shapes.Of("pos_embed_temporal", 3)[1] : (shapes.Of("pos_embed", 3)[1] - 1) / Math.Max(1, places);
        var config = new InternVideo2Config
        {
            Width = (int)patch[0],
            Tubelet = (int)patch[2],
            PatchSize = patchSize,
            Depth = shapes.Count("blocks."),
            MlpHidden = (int)shapes.Of("blocks.0.mlp.fc1.weight", 2)[0],
            Heads = stated.Heads
                ?? shapes.ReleasedHeads((int)patch[0], (384, 6), (768, 12), (1024, 16), (1408, 16), (3200, 25)),
            ImageSize = patchSize * (int)Math.Round(Math.Sqrt(places)),
            Frames = (int)frames,
            NormEps = stated.NormEps ?? 1e-6,
            PoolHeads = stated.PoolHeads ?? 16,
            PoolWidth = (int)shapes.Of("clip_projector.cross_attn.proj.weight", 2)[0],
            SeparatePositions = separate,
            Gelu = stated.Gelu ?? GeluKind.Exact,
        };
        return new PeerCheckpoint(config, InternVideo2Names.Authors(layout.Prefix), source);
    }

    private static PeerCheckpoint VideoPrism(ITensorSource given, PeerLayout layout, PeerOptions stated)
    {
        var archive = layout.Naming == PeerNaming.Archive;
        var source = archive ? new VideoPrismArchive(given) : given;
        var (names, outer) = archive
            ? (new PrismNames("patch_projection/linear/kernel", "spatial_pos_emb/emb_var", "temporal_pos_emb/emb_var",
                "_encoder/transformers_stack/x_layers/ff_layer/ffn_layer1/linear/kernel",
                "contrastive_vision_pooler/pooling_attention/query/w"), new PeerShapes(source, "params/"))
            : (new PrismNames("spatial_embeddings.patch_embeddings.projection.weight", "spatial_embeddings.position_embeddings",
                "temporal_embeddings.position_embeddings", "_layers", "head.q_proj.weight"), new PeerShapes(source, Outer(layout.Prefix)));
        var shapes = new PeerShapes(source, layout.Prefix);
        var patch = shapes.Of(names.Patch, 5);
        var config = new VideoPrismConfig
        {
            Width = (int)patch[0],
            Tubelet = (int)patch[2],
            PatchSize = (int)patch[4],
            SpatialDepth = Depth(shapes, "spatial"),
            TemporalDepth = Depth(shapes, "temporal"),
            AuxiliaryDepth = Depth(outer, "auxiliary"),
            PoolHidden = outer.Has(names.Pool) ? (int)outer.Of(names.Pool, 2)[0] : 0,
            MlpHidden = (int)shapes.Of(archive ? $"spatial{names.Layers}[0]" : "spatial_layers.0.mlp.fc1.weight", 2)[0],
            Heads = stated.Heads ?? ArchiveHeads(given, layout.Prefix)
                ?? shapes.ReleasedHeads((int)patch[0], (768, 12), (1024, 16), (1408, 16)),
            ImageSize = (int)patch[4] * (int)Math.Round(Math.Sqrt(shapes.Of(names.Spatial, 3)[1])),
            Frames = (int)shapes.Of(names.Temporal, 3)[1],
            NormEps = stated.NormEps ?? 1e-6,
            ScoreCap = stated.ScoreCap ?? 50,
        };
        return new PeerCheckpoint(
            config, archive ? VideoPrismNames.Archive(layout.Prefix) : VideoPrismNames.HuggingFace(layout.Prefix, Outer(layout.Prefix)),
            source);

        int Depth(PeerShapes of, string stack) => archive ? of.CountLayers(stack + names.Layers) : of.Count($"{stack}{names.Layers}.");
    }

    // What precedes the video-text parts: the vision model's own prefix is one longer.
    private static string Outer(string prefix)
    {
        const string Inner = "vision_model.";
        return prefix.EndsWith(Inner, StringComparison.Ordinal) ? prefix[..^Inner.Length] : prefix;
    }

    private static int? ArchiveHeads(ITensorSource source, string prefix) =>
        source.Entries.GetValueOrDefault($"{prefix}spatial_encoder/transformers_stack/x_layers/self_attention/query/b") is
        { Shape: [_, var heads, _] } ? (int)heads : null;

    private sealed record PrismNames(string Patch, string Spatial, string Temporal, string Layers, string Pool);
}
