using System.Runtime.InteropServices;
using InternVideoNext.Modules;
using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

/// <summary>Without the guard each of these would end the process.</summary>
public sealed class BackwardErrorsTests
{
    [Fact]
    public void ThrowIfAny_RecomputedPartThatFails_ThrowsItsErrorAfterTheBackwardPass()
    {
        using var scope = NewDisposeScope();
        using var errors = new BackwardErrors();
        var calls = 0;
        var input = ones(3, requires_grad: true);
        var output = new Recomputation().Run(
            (x, _) => ++calls == 1 ? x * 2 : Exhaust(), input, null);
        output.sum().backward();
        Assert.Equal(2, calls);
        Assert.True(MemoryExhaustion.Is(Assert.Throws<ExternalException>(errors.ThrowIfAny)));
    }

    [Fact]
    public void ThrowIfAny_NestedParts_ThrowsTheInnersError()
    {
        using var scope = NewDisposeScope();
        using var errors = new BackwardErrors();
        var calls = 0;
        Tensor Inner(Tensor x) => new Recomputation().Run(
            (y, _) => ++calls < 3 ? y * 2 : Exhaust(), x, null);
        new Recomputation().Run((x, _) => Inner(x), ones(3, requires_grad: true), null).sum().backward();
        Assert.True(MemoryExhaustion.Is(Assert.Throws<ExternalException>(errors.ThrowIfAny)));
    }

    [Fact]
    public void ThrowIfAny_NothingFailed_DoesNothing()
    {
        using var scope = NewDisposeScope();
        using var errors = new BackwardErrors();
        var input = ones([2, 8], requires_grad: true);
        CpuRmsNorm.Run(input, ones(8, requires_grad: true), 1e-6).sum().backward();
        errors.ThrowIfAny();
        Assert.NotNull(input.grad);
    }

    [Fact]
    public void Current_AfterItsEnd_IsTheOneAround()
    {
        using var outer = new BackwardErrors();
        using (new BackwardErrors()) Assert.NotSame(outer, BackwardErrors.Current);
        Assert.Same(outer, BackwardErrors.Current);
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB.", true)]
    [InlineData("[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true)]
    [InlineData("Expected all tensors to be on the same device", false)]
    public void Says_WordsOfLibtorch_AreKnown(string message, bool memory) =>
        Assert.Equal(memory, MemoryExhaustion.Says(message));

    [Fact]
    public void Is_LibtorchsOwnError_IsKnown()
    {
        var error = Assert.ThrowsAny<Exception>(Exhaust);
        Assert.True(MemoryExhaustion.Is(error), error.Message);
    }

    // A million gigabytes.
    private static Tensor Exhaust() => empty(1L << 48, dtype: float32, device: CPU);
}
