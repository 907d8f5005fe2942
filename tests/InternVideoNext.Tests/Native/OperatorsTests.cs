using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

public sealed class OperatorsTests
{
    [Fact]
    public void RmsNorm_Float32_EqualsDefinitionAndItsGradients()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(3);
        var (x, weight) = (randn([2, 5, 24], generator: generator), randn([24], generator: generator));
        var direction = randn([2, 5, 24], generator: generator);
        var (x1, w1) = (x.clone().requires_grad_(), weight.clone().requires_grad_());
        var (x2, w2) = (x.clone().requires_grad_(), weight.clone().requires_grad_());

        var actual = Operators.RmsNorm(x1, w1, 1e-6);
        var expected = Definition(x2, w2, 1e-6);
        (actual * direction).sum().backward();
        (expected * direction).sum().backward();

        Assert.InRange(ReferenceFile.RelativeDifference(actual, expected.detach()), 0, 1e-6);
        Assert.InRange(ReferenceFile.RelativeDifference(x1.grad!, x2.grad!), 0, 1e-5);
        Assert.InRange(ReferenceFile.RelativeDifference(w1.grad!, w2.grad!), 0, 1e-5);
    }

    [Fact]
    public void RmsNorm_BFloat16_ComputesTheMeanInFloat32()
    {
        using var scope = NewDisposeScope();
        // 4096 ones: a bfloat16 running sum would stop at 256.
        var x = ones([1, 4096], dtype: bfloat16);
        var normed = Operators.RmsNorm(x, ones(4096, dtype: bfloat16), 1e-6);
        Assert.Equal(bfloat16, normed.dtype);
        Assert.Equal(1, normed.max().to(float32).item<float>());
    }

    [Fact]
    public void RmsNorm_ManyThreads_Agree()
    {
        Parallel.For(0, 4, _ =>
        {
            using var scope = NewDisposeScope();
            for (var i = 1; i < 20; i++) Assert.Equal(i, (Operators.RmsNorm(full(i, 8, 2.0), ones(8), 0).sum() / 8).item<float>(), 1e-4);
        });
    }

    [Fact]
    public async Task RmsNorm_WhileGarbageIsCollected_KeepsItsNumbers()
    {
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        for (var i = 0; i < 2000; i++)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(2, Operators.RmsNorm(full(8, 2.0), full(8, 2.0), 0)[0].item<float>(), 1e-6);
        }
        await stop.CancelAsync();
        await collector;
    }

    private static Tensor Definition(Tensor x, Tensor weight, double eps) =>
        x * x.square().mean([-1L], keepdim: true).add(eps).rsqrt() * weight;
}
