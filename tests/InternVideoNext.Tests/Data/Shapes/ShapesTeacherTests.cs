using InternVideoNext.Checkpoints;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Models;
using TorchSharp;

namespace InternVideoNext.Tests.Data.Shapes;

public sealed class ShapesTeacherTests : IDisposable
{
    private static readonly ShapesTeacherTraining Tiny = new()
    { Width = 32, Depth = 1, Heads = 2, Steps = 60, Batch = 32, LearningRate = 4e-3, ScoredFrames = 256 };

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"teacher-{Guid.NewGuid():N}.safetensors");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void LoadEmbedded_OnNewFrames_IsAsGoodAsItsFileSays()
    {
        using var teacher = ShapesTeacher.LoadEmbedded();
        var (told, seen) = (teacher.Accuracy!, teacher.Score(new ShapesWorldConfig().Build(4711), 1024));
        Assert.InRange(told.Shape, 0.8, 1);
        Assert.InRange(told.Backdrop, 0.8, 1);
        // 1024 frames: a standard deviation is about 1.2 points.
        Assert.InRange(seen.Shape, told.Shape - 0.05, told.Shape + 0.05);
        Assert.InRange(seen.Backdrop, told.Backdrop - 0.05, told.Backdrop + 0.05);
    }

    [Fact]
    public void LoadEmbedded_AsSiglipTeacher_ObservesClipsWithoutGradients()
    {
        using var teacher = ShapesTeacher.LoadEmbedded();
        Assert.All(teacher.Tower.parameters(), parameter => Assert.False(parameter.requires_grad));
        var siglip = new SiglipTeacher(teacher.Tower, teacher.Config, interval: 1);
        using var observed = siglip.Observe(torch.zeros([2, 3, 8, 32, 32]), alignedLayers: 2);
        Assert.Equal([2, 2, 128, teacher.Config.Width], observed.Middle.shape);
        Assert.Equal([16, 16], observed.Saliency.shape);
    }

    [Fact]
    public void Train_AFewSteps_LearnsSomethingAndRepeats()
    {
        var (losses, again) = (new List<double>(), new List<double>());
        using var teacher = Tiny.Build(new ShapesWorldConfig(), 5).Train(new Told(step => losses.Add(step.Loss)), default);
        using var other = (Tiny with { Steps = 3 }).Build(new ShapesWorldConfig(), 5)
            .Train(new Told(step => again.Add(step.Loss)), default);
        Assert.Equal(60, losses.Count);
        Assert.Equal(losses[0], again[0], 1e-4);
        Assert.InRange(losses.TakeLast(10).Average(), 0, losses[0] - 0.2);
        // Of 4 shapes: chance is 25 %.
        Assert.InRange(teacher.Accuracy!.Shape, 0.4, 1);
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSameTeacherUpToHalfPrecision()
    {
        using var teacher = (Tiny with { Steps = 1 }).Build(new ShapesWorldConfig(), 5).Train(null, default);
        teacher.Save(_file, Tiny, 5);
        using var loaded = ShapesTeacher.Load(_file);
        using var scope = torch.NewDisposeScope();
        Assert.Equal(teacher.Config, loaded.Config);
        Assert.Equal(teacher.Accuracy, loaded.Accuracy);
        var images = torch.linspace(-1, 1, 3 * 32 * 32).view(1, 3, 32, 32);
        var (expected, actual) = (teacher.Tower.forward(images, null).Pooled, loaded.Tower.forward(images, null).Pooled);
        Assert.True(torch.allclose(expected, actual, rtol: 1e-2, atol: 1e-2));
        using var file = SafetensorsFile.Open(_file);
        Assert.Equal("5", file.Metadata["seed"]);
        Assert.All(file.Entries.Values, entry => Assert.Equal(torch.float16, entry.Type.Torch));
    }

    [Fact]
    public void Load_AnotherSafetensorsFile_SaysWhatIsMissing()
    {
        SafetensorsWriter.Write(_file, new Dictionary<string, torch.Tensor> { ["x"] = torch.zeros(1) });
        var error = Assert.Throws<SafetensorsException>(() => ShapesTeacher.Load(_file));
        Assert.Contains("train-teacher", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Tiny.Build(new ShapesWorldConfig(), 5).Train(null, cancellation.Token));
    }

    [Fact]
    public void Build_SettingOutOfRange_NamesIt()
    {
        var error = Assert.Throws<ArgumentException>(() => (Tiny with { Batch = 1 }).Build(new ShapesWorldConfig(), 1));
        Assert.Contains("ShapesTeacherTraining.Batch is 1", error.Message, StringComparison.Ordinal);
    }

    private sealed class Told(Action<ShapesTeacherProgress> tell) : IProgress<ShapesTeacherProgress>
    {
        public void Report(ShapesTeacherProgress value) => tell(value);
    }
}
