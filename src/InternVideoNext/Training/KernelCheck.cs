using System.Runtime.InteropServices;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
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
        catch (ExternalException e)
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
