using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Models.Peers;
using InternVideoNext.Parity;
using InternVideoNext.Tests.Models.Peers;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Parity;

/// <summary>
/// Files of other systems' encoders at other dimensions and with other options than the fixtures', written from this package's own modules:
/// they show that every dimension is read from the file.
/// </summary>
public sealed class PeerDimensionsTests : IDisposable
{
    private readonly ParityFolder _folder = new();

    public static TheoryData<int> Forms => [.. Enumerable.Range(0, SmallPeers.All.Count)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public void RunFile_OtherDimensions_AgreesWithItselfAndNotWithOtherHeads(int form)
    {
        using var scope = NewDisposeScope();
        var config = SmallPeers.All[form];
        using var encoder = config.Build(new Generator(1));
        Disturb(encoder);
        CheckpointExporter.Export(_folder["exported.safetensors"], encoder, MapOf(config));
        var tensors = new Dictionary<string, Tensor>();
        using (var exported = SafetensorsFile.Open(_folder["exported.safetensors"]))
            foreach (var name in exported.Entries.Keys) tensors["weights." + name] = exported.Read(name);
        File.Delete(_folder["exported.safetensors"]);
        Clip("input.video", "output.", config.Frames, config.ImageSize, config.ImageSize);
        Clip("input.video_wide", "output.wide.", 4, 8, 16);

        Assert.All(Run(config.Heads), row => Assert.True(row.Passed, $"{row.Quantity}: {row.MaxRelative} {row.Note}"));
        Assert.Contains(Run(heads: 1), row => !row.Passed);

        void Clip(string input, string output, int frames, int height, int width)
        {
            var clip = tensors[input] = rand([2, 3, frames, height, width], generator: new Generator(4));
            var features = encoder.Run(
                clip, (name, value) => tensors[output + name] = value.detach().clone().DetachFromDisposeScope());
            tensors[output + "tokens"] =
                features.ClassTokens is { } classes ? cat([classes, features.Tokens], 1) : features.Tokens.contiguous();
            if (features.Pooled is { } pooled) tensors[output + (config is VideoPrismConfig ? "pooled_l2" : "pooled")] = pooled;
        }

        IReadOnlyList<ParityRow> Run(int heads) => ParitySuite.RunFile(_folder.Write(
            "peer", Info(config, heads), tensors.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.detach().contiguous()))));
    }

    private static KeyMap MapOf(PeerConfig config) => config switch
    {
        VJepa2Config { Positions: VJepa2Positions.Rotary } => VJepa2Names.HuggingFace("vjepa2."),
        VJepa2Config => VJepa2Names.Authors("", hasTable: true),
        VideoMaeConfig { LayerScale: false } => VideoMaeNames.HuggingFace("videomae."),
        VideoMaeConfig => VideoMaeNames.Authors("model.encoder."),
        InternVideo2Config => InternVideo2Names.Authors("vision_encoder."),
        _ => VideoPrismNames.HuggingFace("video_model.vision_model.", "video_model."),
    };

    private static string Info(PeerConfig config, int heads)
    {
        var (rotary, uniform) = config is VJepa2Config { Positions: var positions }
            ? (positions == VJepa2Positions.Rotary, positions == VJepa2Positions.UniformSineCosine) : (true, false);
        return $$"""
            {"heads": {{heads}}, "pool_heads": 2, "frames": {{config.Frames}}, "image_size": {{config.ImageSize}}, "norm_eps": 1e-6,
             "fc_norm_eps": 1e-6, "use_rope": {{(rotary ? "true" : "false")}}, "uniform_power": {{(uniform ? "true" : "false")}}}
            """;
    }

    // So that attention and biases matter.
    private static void Disturb(PeerEncoder encoder)
    {
        using var noGrad = no_grad();
        var generator = new Generator(9);
        foreach (var parameter in encoder.parameters()) parameter.add_(randn(parameter.shape, generator: generator), alpha: 0.2);
    }
}
