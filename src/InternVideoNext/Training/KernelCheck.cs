using System.Runtime.InteropServices;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using InternVideoNext.Training.Parallel;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>One of the operators that TorchSharp does not bind, tried out on a device.</summary>
/// <param name="Work">What it computes.</param>
/// <param name="Way">How this device computes it.</param>
/// <param name="Error">Why it fails; null where it works.</param>
internal sealed record KernelCheck(string Work, string Way, string? Error)
{
    /// <summary>Tries them all.</summary>
    /// <param name="device">A device that is here.</param>
    public static IReadOnlyList<KernelCheck> Run(Device device)
    {
        var onCpu = device.type == DeviceType.CPU;
        return
        [
            Try("RMSNorm", onCpu ? "float32: this package's own, bfloat16: torch.rms_norm of several kernels" : "torch.rms_norm, fused",
                () => Norm(device)),
            Try("AdamW", "fused, over flat buffers", () => Update(device)),
            Try("attention", Attention(device), () => { }),
            Try("random draws", onCpu ? "libtorch's generator" : "this package's own, from counters", () => Draw(device)),
            .. Enum.GetValues<Precision>().Select(precision => Try(
                $"training step, {precision.ToString().ToLowerInvariant()}", "Stage 1 at tiny: masks, loss, gradient, update",
                () => Step(device, precision))),
        ];
    }

    private static KernelCheck Try(string work, string way, Action run)
    {
        try
        {
            using var scope = NewDisposeScope();
            run();
            return new KernelCheck(work, way, null);
        }
        catch (Exception e) when (e is ExternalException or InvalidDataException)
        {
            return new KernelCheck(work, way, e.Message);
        }
    }

    private static void Norm(Device device)
    {
        var weight = ones(8, device: device, requires_grad: true);
        Operators.RmsNorm(ones([2, 8], device: device), weight, 1e-6).sum().backward();
    }

    private static void Update(Device device)
    {
        using var module = nn.Linear(2, 2);
        module.to(device);
        using var optimizer = new FlatAdamW(module, new TrainingConfig { Steps = 1, BatchSize = 1, BaseLearningRate = 1 });
        optimizer.Step(1e-3, zeros([], device: device));
    }

    private static void Draw(Device device)
    {
        using var random = TensorRandom.Of(1, device);
        Tensor[] draws =
        [
            random.Uniform(64, 64), random.Normal(64, 64), random.Exponential(64, 64), random.Bernoulli(0.5, float32, 64),
            random.Integers(1000, 64), random.Permutation(64),
        ];
        if (draws.Any(draw => draw.device_type != device.type || !draw.isfinite().all().item<bool>()))
            throw new InvalidDataException("a random tensor is on another device, or not finite");
    }

    private static void Step(Device device, Precision precision)
    {
        var preset = Presets.Stage1("tiny");
        var config = preset with
        {
            Training = preset.Training with
            {
                Device = device.type == DeviceType.CPU ? "cpu" : $"cuda:{Math.Max(device.index, 0)}",
                Precision = precision,
                Steps = 1,
                WarmupSteps = 0,
                BatchSize = 2,
            },
        };
        using var stage = StageFactory.Create(config);
        using var optimizer = new FlatAdamW(stage.Student, config.Training);
        using var random = TensorRandom.Of(2, CPU);
        using var batch = new ClipBatch(
            random.Normal(2, 3, config.Data.Frames, config.Data.Size, config.Data.Size).DetachFromDisposeScope(), [0, 1]);
        using var alone = new SingleProcess();
        using var step = new TrainingStep(config.Training, alone, device, stage, optimizer, 0, StepTrace.None);
        using var log = new NoRecord();
        step.Add(batch);
        step.TryUpdate(log, TimeSpan.Zero);
        if (optimizer.ReadSkipped() > 0) throw new InvalidDataException("the loss or its gradient is not finite");
    }

    private static string Attention(Device device)
    {
        const int HeadWidth = 64;
        ScalarType[] types = [ScalarType.Float32, ScalarType.BFloat16];
        return string.Join(
            ", ", types.Select(
            type => $"{type.ToString().ToLowerInvariant()}: "
            + $"{Operators.AttentionKernel(type, device, HeadWidth).ToString().ToLowerInvariant()}")) + " kernel for heads of 64";
    }
}
