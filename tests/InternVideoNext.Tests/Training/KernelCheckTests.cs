using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

public sealed class KernelCheckTests
{
    [Fact]
    public void Run_Cpu_EveryOperatorWorks()
    {
        var checks = KernelCheck.Run(CPU);
        Assert.Equal(
            ["RMSNorm", "AdamW", "attention", "random draws", "training step, float32", "training step, bfloat16"],
            checks.Select(c => c.Work));
        Assert.All(checks, c => Assert.Null(c.Error));
        Assert.Contains("float32: ", checks[2].Way, StringComparison.Ordinal);
    }
}
