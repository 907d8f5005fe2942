using InternVideoNext.Foundation;
using InternVideoNext.Models.Peers;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Checkpoints;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Runs;

public sealed class FrozenEncodersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vjepa2_hf", "V-JEPA 2")]
    [InlineData("videomae_hf", "VideoMAE")]
    [InlineData("videoprism", "VideoPrism")]
    public void Open_OtherSystemsFiles_GivesTheReferenceTokens(string fixture, string system)
    {
        using var scope = NewDisposeScope();
        var path = PeerFiles.Write(_folder, fixture);
        using var reference = ReferenceFile.Open("peers/" + fixture);
        // A VideoMAE's table is that of its native clip, which no file states.
        var options = PeerOptions.Beside(path) with { Frames = reference.Size("frames") };
        using var encoder = FrozenEncoders.Open(path, CPU, options: options);
        Assert.Equal(system, encoder.System);
        Assert.InRange(
            ReferenceFile.RelativeDifference(encoder.Encode(reference["input.video"]).Tokens, reference["output.tokens"]), 0, 2e-5);
    }

    [Fact]
    public void Open_OurRun_TokensAreTheEncodersWithoutClassTokens()
    {
        using var scope = NewDisposeScope();
        var run = Presets.Stage1("tiny");
        using var weights = StepGenerators.ForWeights(1);
        using var model = run.Model.Build(weights);
        ModelCheckpoint.Save(_folder["model.safetensors"], model, run);
        using var encoder = FrozenEncoders.Open(_folder.Path, CPU);
        var config = run.Model.Encoder;
        var clip = randn([2, 3, config.Frames, config.ImageSize, config.ImageSize], generator: new Generator(1));
        var features = encoder.Encode(clip);
        var tokens = model.Encoder.forward(clip, null, null).Tokens;
        Assert.Equal(0, ReferenceFile.RelativeDifference(features.Tokens, tokens.narrow(1, config.ClassTokens, config.Grid.Tokens)));
        Assert.Equal(0, ReferenceFile.RelativeDifference(features.Pooled!, model.Encoder.Pool(tokens)));
        Assert.Equal((config.Width, config.Grid), (encoder.Width, features.Grid));
        Assert.Throws<ArgumentException>(() => encoder.GridOf(config.Frames + 1, config.ImageSize, config.ImageSize));
    }

    [Fact]
    public void Probe_ReleasedFile_ClassifiesAsTheReference()
    {
        using var scope = NewDisposeScope();
        var path = PeerFiles.Write(_folder, "vjepa2_probe_hf");
        File.WriteAllText(
            _folder["config.json"],
            """{"num_attention_heads": 2, "crop_size": 24, "id2label": {"0": "push", "1": "pull", "2": "lift", "3": "drop", "4": "turn"}}""");
        using var encoder = FrozenEncoders.Open(path, CPU);
        using var trained = ProbeFile.Load(path);
        using var reference = ReferenceFile.Open("peers/vjepa2_probe_hf");
        var logits = trained.Probe.call(encoder.Encode(reference["input.video"]).Tokens);
        Assert.InRange(ReferenceFile.RelativeDifference(logits, reference["output.logits"]), 0, 2e-5);
        Assert.Equal(["push", "pull", "lift", "drop", "turn"], trained.Classes);
        Assert.Equal("vjepa2/ssv2", trained.Protocol);
    }

    [Theory]
    [InlineData(16, 256, 1024, 32)]
    [InlineData(64, 384, 1408, 2)]
    public void BatchSizeFor_LargerClips_IsSmaller(int frames, int size, int width, int expected)
    {
        using var encoder = (new VJepa2Config
        { Width = width, Heads = 16, Depth = 1, MlpHidden = 8, PatchSize = 16, ImageSize = size, Frames = frames }).Build(new Generator(1));
        Assert.Equal(expected, FeatureExtraction.BatchSizeFor(encoder, frames, size));
    }
}
