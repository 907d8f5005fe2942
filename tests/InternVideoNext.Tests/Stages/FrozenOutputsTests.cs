using InternVideoNext.Models;
using InternVideoNext.Stages;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Stages;

public sealed class FrozenOutputsTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private int _asked;

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Observed_SameBatchInAnotherRun_IsReadBackToTheBitWithoutAsking()
    {
        using var scope = NewDisposeScope();
        using var video = Batch(1);
        var first = Outputs("teacher").Observed(new StepInput(video, 0), 2, () => Observe(video));
        var again = Outputs("teacher").Observed(new StepInput(video, 0), 2, () => Observe(video));
        Assert.Equal(1, _asked);
        foreach (var (a, b) in new[] { (first.Middle, again.Middle), (first.Final, again.Final), (first.Saliency, again.Saliency) })
        {
            Assert.Equal(a.dtype, b.dtype);
            Assert.Equal(a.shape, b.shape);
            Assert.True(a.equal(b).all().item<bool>());
        }
    }

    [Fact]
    public void Observed_AnotherBatchNetworkOrNumberOfLayers_AsksAgain()
    {
        using var scope = NewDisposeScope();
        using var video = Batch(1);
        using var other = Batch(2);
        Outputs("teacher").Observed(new StepInput(video, 0), 2, () => Observe(video));
        Outputs("teacher").Observed(new StepInput(other, 0), 2, () => Observe(other));
        Outputs("another").Observed(new StepInput(video, 0), 2, () => Observe(video));
        Outputs("teacher").Observed(new StepInput(video, 0), 1, () => Observe(video));
        Assert.Equal(4, _asked);
    }

    [Fact]
    public void Targets_BeyondTheBatchesThatOthersRead_KeepsNothing()
    {
        using var scope = NewDisposeScope();
        using var video = Batch(1);
        for (var i = 0; i < 2; i++) Outputs("teacher").Targets(new StepInput(video, 10), () => Observe(video).Final);
        Assert.Equal(2, _asked);
        Assert.False(Directory.Exists(_root["kept"]));
    }

    [Fact]
    public void Targets_NoRoomForFiles_GoesOnWithout()
    {
        File.WriteAllText(_root["kept"], "a file where the folder should be");
        using var scope = NewDisposeScope();
        using var video = Batch(1);
        var targets = Outputs("teacher").Targets(new StepInput(video, 0), () => Observe(video).Final);
        Assert.Equal([2, 4], targets.shape);
    }

    private FrozenOutputs Outputs(string network) => new(_root["kept"], network, batches: 10);

    private TeacherOutput Observe(Tensor video)
    {
        _asked++;
        var middle = video.mean([1, 2]).unsqueeze(0).transpose(-1, -2); // not contiguous
        return new TeacherOutput(middle, video.flatten(1).narrow(1, 0, 4), video.sum([1, 3, 4]).to(float64));
    }

    private static Tensor Batch(long seed)
    {
        using var generator = new Generator((ulong)seed, CPU);
        return randn([2, 3, 2, 4, 4], generator: generator);
    }
}
