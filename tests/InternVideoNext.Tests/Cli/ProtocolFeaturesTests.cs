using InternVideoNext.Cli;
using InternVideoNext.Data;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Cli;

[Collection(ShapesVideosGroup.Name)]
public sealed class ProtocolFeaturesTests(ShapesVideos videos)
{
    private const string Label = "motion";

    [Fact]
    public async Task Test_SegmentsAndCrops_AreRowsOfTheirClip()
    {
        using var encoder = Encoder();
        var protocol = ProbeProtocols.Mini with { Segments = 2, Crops = 3 };
        using var set = await Features(protocol, encoder).TestAsync(Test, Label, CancellationToken.None);
        Assert.Equal((6, 1, 1), (set.Rows, set.Clips, set.Expected));
        // Segments differ; crops of a square video are the same square.
        Assert.True(set.Features[0].allclose(set.Features[2]) && !set.Features[0].allclose(set.Features[1]));
    }

    [Fact]
    public async Task Test_OneView_IsThePlainReading()
    {
        using var encoder = Encoder();
        using var set = await Features(ProbeProtocols.Mini, encoder).TestAsync(Test, Label, CancellationToken.None);
        var source = new VideoClipSource(
            Test, new DataConfig { Frames = encoder.Config.Frames, Size = encoder.Config.ImageSize }, await Tools());
        using var plain = await FeatureExtraction.ExtractAsync([encoder], source, FeatureKind.MeanToken, 4, null, CancellationToken.None);
        Assert.True(set.Features.Equals(plain.Features[0]));
    }

    [Fact]
    public async Task JoinedSegments_AreOneSequenceACrop()
    {
        using var encoder = Encoder();
        var protocol = ProbeProtocols.MiniAttentive with { Segments = 2, Crops = 2, FrameStride = 2, JoinSegments = true };
        var features = Features(protocol, encoder);
        using var test = await features.TestAsync(Test, Label, CancellationToken.None);
        using var train = await features.TrainingAsync(Train, Label, CancellationToken.None);
        Assert.Equal([2, 2 * encoder.Config.Grid.Tokens, encoder.Config.Width], test.Features.shape);
        Assert.Equal((4, 4), (train.Rows, train.Clips));
    }

    [Fact]
    public async Task Training_AugmentedProtocol_ReadsEveryClipSoOften()
    {
        using var encoder = Encoder();
        var protocol = ProbeProtocols.Mini with { TrainFeatures = FeatureOrigin.Augmented };
        using var set = await Features(protocol, encoder, copies: 3).TrainingAsync(Train, Label, CancellationToken.None);
        Assert.Equal((12, 4, FeatureOrigin.Augmented), (set.Rows, set.Clips, set.Origin));
        Assert.All(set.ClipIds.GroupBy(id => id), clip => Assert.Equal(3, clip.Count()));
    }

    private Manifest Train => Manifest.Open(videos.Manifest).Filter("train");

    private Manifest Test => Manifest.Open(videos.Manifest).Filter("test");

    private static ProtocolFeatures Features(ProbeProtocol protocol, VideoEncoder encoder, int copies = 1) =>
        new(protocol, new FrozenVideoEncoder(encoder), Tools().Result, copies, seed: 1);

    private static Task<FFMpegTools> Tools() => FFMpegSetup.EnsureAsync(CancellationToken.None);

    private static VideoEncoder Encoder()
    {
        using var generator = new Generator(1, CPU);
        return Presets.Stage1("tiny").Model.Encoder.Build(generator);
    }
}
