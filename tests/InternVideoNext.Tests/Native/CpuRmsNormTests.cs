using InternVideoNext.Native;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

[Collection(WholeProcessGroup.Name)] // sets the number of threads and counts the process's tensors
public sealed class CpuRmsNormTests
{
    public static TheoryData<long[]> Shapes => new()
    {
        new long[] { 1 }, new long[] { 7 }, new long[] { 1, 1, 1 }, new long[] { 3, 96 }, new long[] { 2, 5, 27 }, new long[] { 4, 0, 8 },
        new long[] { 5, 1, 64 }, new long[] { 2, 3, 4, 40 }, new long[] { 900, 192 }, new long[] { 2, 1408 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_AnyShape_EqualsTorchAndItsGradients(long[] shape) => AssertEqualsTorch(Noise(1, shape));

    [Fact]
    public void Run_PartOfAWiderTensor_ReadsItWhereItLies() => AssertEqualsTorch(Noise(2, 4, 50, 3 * 24).chunk(3, 2)[1]);

    [Fact]
    public void Run_ColumnsAndRowsExchanged_EqualsTorch() => AssertEqualsTorch(Noise(3, 6, 24, 10).transpose(1, 2));

    [Fact]
    public void Run_HeadsBeforeTokens_EqualsTorch() => AssertEqualsTorch(Noise(4, 2, 5, 3, 8).transpose(1, 2));

    [Fact]
    public void Run_OneVectorForAll_EqualsTorch() => AssertEqualsTorch(Noise(5, 1, 16).expand(9, 16));

    [Fact]
    public void Run_InputWithoutGradient_GivesTheWeightsGradient()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Noise(6, 30, 12), ones(12).requires_grad_());
        var expected = ones(12).requires_grad_();
        CpuRmsNorm.Run(x, w, 1e-6).square().sum().backward();
        Operators.TorchRmsNorm(x, expected, 1e-6).square().sum().backward();
        Assert.InRange(ReferenceFile.RelativeDifference(w.grad!, expected.grad!), 0, 1e-5);
    }

    [Fact]
    public void Run_Nothing_IsLeftBehind()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Noise(7, 30, 12).requires_grad_(), ones(12).requires_grad_());
        void Step()
        {
            using var inner = NewDisposeScope();
            CpuRmsNorm.Run(x, w, 1e-6).sum().backward();
        }
        Step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 50; i++) Step();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(Tensor.TotalCount - before, -5, 5);
    }

    [Fact]
    public void Run_AnyNumberOfThreads_GivesTheSameBits()
    {
        var results = new[] { 1, 2, 5 }.Select(threads => ComputeThread.Run(threads, () =>
        {
            using var scope = NewDisposeScope();
            var (x, w) = (Noise(8, 4000, 48).requires_grad_(), Noise(9, 48).requires_grad_());
            var y = CpuRmsNorm.Run(x, w, 1e-6);
            (y * Noise(10, 4000, 48)).sum().backward();
            return cat([y.flatten(), x.grad!.flatten(), w.grad!]).data<float>().ToArray();
        })).ToList();
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Takes_OnlyFloat32() => Assert.False(CpuRmsNorm.Takes(ones([2, 8], dtype: bfloat16), ones(8, dtype: bfloat16)));

    private static Tensor Noise(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        return randn(shape, generator: generator);
    }

    // Gradients with respect to the tensor that the input is a view of would hide nothing, but the view's own say more.
    private static void AssertEqualsTorch(Tensor input)
    {
        using var scope = NewDisposeScope();
        var width = input.size(-1);
        var (weight, direction) = (Noise(20, width), Noise(21, input.shape));
        var (actual, mine) = Differentiated(input, weight, direction, Operators.RmsNorm);
        var (expected, torchs) = Differentiated(input, weight, direction, Operators.TorchRmsNorm);
        Assert.Equal(expected.shape, actual.shape);
        if (input.numel() == 0) return;
        Assert.InRange(ReferenceFile.RelativeDifference(actual.detach(), expected.detach()), 0, 1e-6);
        foreach (var (a, b) in mine.Zip(torchs)) Assert.InRange(ReferenceFile.RelativeDifference(a, b), 0, 2e-6);
    }

    private static (Tensor Output, Tensor[] Gradients) Differentiated(
        Tensor input, Tensor weight, Tensor direction, Func<Tensor, Tensor, double, Tensor> norm)
    {
        var (x, w) = (input.detach().requires_grad_(), weight.clone().requires_grad_()); // detach keeps the strides
        var y = norm(x, w, 0.1); // with next to none, a vector of one element would have a gradient of rounding alone
        (y * direction).sum().backward();
        return (y, [x.grad!, w.grad!]);
    }
}
