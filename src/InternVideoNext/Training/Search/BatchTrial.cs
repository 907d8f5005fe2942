using System.Diagnostics;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>How a batch size did on real steps.</summary>
/// <param name="BatchSize">Clips computed at a time.</param>
/// <param name="Fits">Whether it stayed within memory; where not, there are no other figures.</param>
/// <param name="MillisecondsPerStep">The faster of two steps after a first one.</param>
/// <param name="PeakMegabytes">
/// Memory, MiB: on the CPU the most that was resident of the process, on CUDA the GPU's after the steps, whose allocator keeps what it was
/// given (0 where the driver does not tell).
/// </param>
public sealed record BatchTrial(int BatchSize, bool Fits, double MillisecondsPerStep, double PeakMegabytes)
{
    private const int Steps = 3;

    /// <summary>Clips a second.</summary>
    public double ClipsPerSecond => 1000 * BatchSize / MillisecondsPerStep;

    /// <summary>Runs loss, gradient and update of a stage on clips of noise. Writes nothing.</summary>
    /// <param name="config">The run; its batch size is replaced, its accumulation is left out.</param>
    /// <param name="batchSize">Clips a step.</param>
    /// <exception cref="Foundation.ConfigurationException">The configuration contradicts itself.</exception>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">libtorch failed, for want of memory or otherwise.</exception>
    public static BatchTrial Run(RunConfig config, int batchSize)
    {
        var training = config.Training with { BatchSize = batchSize, Accumulation = 1 };
        using var stage = StageFactory.Create(config with { Training = training });
        using var optimizer = new FlatAdamW(stage.Student, training);
        var fastest = double.PositiveInfinity;
        for (var step = 0; step < Steps; step++)
        {
            var clock = Stopwatch.StartNew();
            Step(stage, optimizer, config, batchSize, step);
            if (step > 0) fastest = Math.Min(fastest, clock.Elapsed.TotalMilliseconds);
        }
        var device = TrainingDevice.Open(training);
        using var process = Process.GetCurrentProcess();
        var memory = device.type == DeviceType.CPU ? process.PeakWorkingSet64 / 1024.0 / 1024.0 : MemoryInUse.On(device)();
        return new BatchTrial(batchSize, Fits: true, fastest, memory);
    }

    private static void Step(ITrainingStage stage, FlatAdamW optimizer, RunConfig config, int batchSize, int step)
    {
        using var scope = NewDisposeScope();
        using var errors = new BackwardErrors();
        using var random = TensorRandom.Of((ulong)step, CPU);
        var (frames, side) = (config.Data.Frames, config.Data.Size);
        var video = random.Normal(batchSize, 3, frames, side, side).to(
            config.Training.Precision.ScalarType(), TrainingDevice.Open(config.Training));
        optimizer.ZeroGradients();
        var loss = stage.ComputeLoss(video, step).Total;
        loss.backward();
        errors.ThrowIfAny();
        optimizer.TakeBatch();
        optimizer.Step(config.Training.StartLearningRate, loss.detach());
        stage.AfterUpdate();
        optimizer.ReadSkipped(); // waits for the device
    }
}
