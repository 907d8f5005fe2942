using InternVideoNext.Foundation;
using InternVideoNext.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Tests.Models;

public sealed class SiglipTeacherTests
{
    private static readonly SiglipConfig Small =
        new() { Width = 16, Intermediate = 32, Depth = 4, Heads = 2, ImageSize = 16, PatchSize = 4 };

    [Theory]
    [InlineData(3.33, new[] { 23, 26, 30, 33, 36, 39 })]
    [InlineData(1.67, new[] { 31, 33, 34, 36, 38, 39 })]
    public void AlignedLayers_GiantTeacher_AreThePapers(double interval, int[] expected) =>
        Assert.Equal(expected, SiglipTeacher.AlignedLayers(SiglipConfig.Giant.Depth, interval, 6));

    [Fact]
    public void AlignedLayers_TooShallow_NamesIntervalAndDepth()
    {
        var error = Assert.Throws<ConfigurationException>(() => SiglipTeacher.AlignedLayers(12, 3.33, 6));
        Assert.Contains("interval = 3.33", error.Message, StringComparison.Ordinal);
        Assert.Contains("12", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Observe_Clips_GivesNormalisedStatesAndFrameMeans()
    {
        using var scope = NewDisposeScope();
        using var tower = Small.Build(new Generator(1));
        var teacher = new SiglipTeacher(tower, Small, 1.5);
        var video = randn([2, 3, 3, 16, 16], generator: new Generator(2));

        var seen = teacher.Observe(video, 2);

        Assert.Equal([2, 2, 3 * 16, 16], seen.Middle.shape);
        Assert.Equal([2, 16], seen.Final.shape);
        Assert.Equal([2 * 3, 16], seen.Saliency.shape);
        Assert.False(seen.Middle.requires_grad || seen.Final.requires_grad || seen.Saliency.requires_grad);
        Assert.InRange((Lengths(seen.Middle) - 1).abs().max().item<float>(), 0, 1e-5f);
        Assert.InRange((seen.Saliency.sum(1) - 1).abs().max().item<float>(), 0, 1e-5f);

        // Clip 1, frame 2 by hand: rows of the tower's batch are clip-major, then frame.
        var frame = video[1..2, .., 2];
        var mean = tensor(new[] { 0.485f, 0.456f, 0.406f }).view(1, 3, 1, 1);
        var std = tensor(new[] { 0.229f, 0.224f, 0.225f }).view(1, 3, 1, 1);
        var direct = tower.forward(((frame * std) + mean - 0.5) / 0.5, [2, 3]);
        for (var k = 0; k < 2; k++)
            Assert.InRange(
                ReferenceFile.RelativeDifference(seen.Middle[k, 1, 32..], functional.normalize(direct.States[k][0].detach(), dim: 1)), 0,
                1e-5);
        Assert.InRange(ReferenceFile.RelativeDifference(seen.Saliency[5], direct.Attention[0].detach()), 0, 1e-5);
        Assert.True(Lengths(seen.Final).lt(1).all().item<bool>());
    }

    [Fact]
    public void Observe_VideoOfOneColour_FinalIsItsUnitVector()
    {
        using var scope = NewDisposeScope();
        using var tower = Small.Build(new Generator(1));
        var seen = new SiglipTeacher(tower, Small, 1).Observe(ones([1, 3, 3, 16, 16]), 0);
        Assert.Equal(0, seen.Middle.size(0));
        Assert.InRange((Lengths(seen.Final) - 1).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Observe_OtherFrameSize_ResizesToTheTeachers()
    {
        using var scope = NewDisposeScope();
        using var tower = Small.Build(new Generator(1));
        var teacher = new SiglipTeacher(tower, Small, 1);
        var video = randn([1, 3, 2, 14, 14], generator: new Generator(2));
        var frames = video.transpose(1, 2).flatten(0, 1);
        var resized = functional.interpolate(frames, [16, 16], mode: InterpolationMode.Bicubic, align_corners: false)
            .unflatten(0, [1, 2]).transpose(1, 2);
        var (direct, expected) = (teacher.Observe(video, 1), teacher.Observe(resized, 1));
        Assert.InRange(ReferenceFile.RelativeDifference(direct.Middle, expected.Middle), 0, 1e-5);
    }

    [Fact]
    public void Observe_BFloat16Tower_StaysNearFloat32()
    {
        using var scope = NewDisposeScope();
        using var tower = Small.Build(new Generator(1));
        var teacher = new SiglipTeacher(tower, Small, 1);
        var video = randn([1, 3, 2, 16, 16], generator: new Generator(2));
        var expected = teacher.Observe(video, 2);
        tower.to(bfloat16);
        var actual = teacher.Observe(video, 2);
        Assert.Equal(bfloat16, actual.Middle.dtype);
        Assert.Equal(float32, actual.Saliency.dtype);
        Assert.InRange(ReferenceFile.RelativeDifference(actual.Middle, expected.Middle), 0, 0.03);
        Assert.InRange(ReferenceFile.RelativeDifference(actual.Final, expected.Final), 0, 0.03);
    }

    [Fact]
    public void RequireGridOf_OtherGrid_NamesBothGrids()
    {
        using var tower = Small.Build(new Generator(1));
        IImageTeacher teacher = new SiglipTeacher(tower, Small, 1);
        var student = EncoderConfig.Base(16) with { ImageSize = 56, PatchSize = 14 };
        teacher.RequireGridOf(student);
        var error = Assert.Throws<ConfigurationException>(() => teacher.RequireGridOf(student with { ImageSize = 70 }));
        Assert.Contains("5 x 5", error.Message, StringComparison.Ordinal);
        Assert.Contains("4 x 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_SizesOfAnotherTower_Throws()
    {
        using var tower = Small.Build(new Generator(1));
        Assert.Throws<ArgumentException>(() => new SiglipTeacher(tower, Small with { Depth = 5 }, 1));
    }

    [Fact]
    public void Tower_Backward_EveryParameterGetsAGradient()
    {
        using var scope = NewDisposeScope();
        using var tower = Small.Build(new Generator(1));
        tower.forward(randn([3, 3, 16, 16], generator: new Generator(2)), null).Pooled.cos().sum().backward();
        foreach (var (name, parameter) in tower.named_parameters())
        {
            Assert.True(parameter.grad is not null, name);
            // A bias of keys leaves a softmax unchanged.
            if (!name.EndsWith("k_proj.bias", StringComparison.Ordinal)) Assert.True(parameter.grad.abs().max().item<float>() > 1e-9, name);
        }
    }

    [Fact]
    public void Tower_LargerImages_ResizesItsPositions()
    {
        using var scope = NewDisposeScope();
        using var tower = Small.Build(new Generator(1));
        Assert.Equal([1, 36, 16], tower.forward(zeros(1, 3, 24, 24), null).Tokens.shape);
        Assert.Throws<ArgumentException>(() => tower.forward(zeros(1, 3, 18, 18), null));
        Assert.Throws<ArgumentException>(() => tower.forward(zeros(1, 3, 16, 16), [5]));
    }

    [Fact]
    public void Observe_Repeated_LeavesNoTensorBehind()
    {
        using var tower = Small.Build(new Generator(1));
        var teacher = new SiglipTeacher(tower, Small, 1);
        void Step()
        {
            using var video = zeros([1, 3, 2, 14, 14]);
            using var seen = teacher.Observe(video, 2);
        }

        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Build_FieldsOutOfRange_NamesEachWithItsValue()
    {
        var error = Assert.Throws<ConfigurationException>(() => (Small with { Heads = 3, PatchSize = 5 }).Build(new Generator(1)));
        Assert.Contains("heads (3)", error.Message, StringComparison.Ordinal);
        Assert.Contains("patch_size (5)", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Lengths(Tensor x) => x.square().sum(-1).sqrt();
}
