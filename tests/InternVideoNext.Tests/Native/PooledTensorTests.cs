using InternVideoNext.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

public sealed class PooledTensorTests
{
    [Fact]
    public void Empty_AnyShape_IsAnOrdinaryTensor()
    {
        using var tensor = PooledTensor.Empty(3, 5, 7);
        Assert.Equal([3, 5, 7], tensor.shape);
        Assert.Equal(ScalarType.Float32, tensor.dtype);
        Assert.Equal(DeviceType.CPU, tensor.device_type);
        Assert.True(tensor.is_contiguous());
        Assert.False(tensor.requires_grad);
        Assert.Equal(0, TensorMemory.Address(tensor) % 64);
        tensor.fill_(2);
        Assert.Equal(210f, tensor.sum().item<float>());
        using var none = PooledTensor.Empty(0, 3);
        Assert.Equal([0, 3], none.shape);
    }

    [Fact]
    public void Dispose_AViewRemains_KeepsItsValues()
    {
        var tensor = PooledTensor.Empty(64, 1024);
        tensor.fill_(1);
        using var view = tensor[5];
        tensor.Dispose();
        // Had the memory been given back, one of these would lie in it.
        var later = Enumerable.Range(0, 8).Select(_ => PooledTensor.Empty(64, 1024)).ToList();
        foreach (var other in later) other.fill_(2);
        Assert.Equal(1024f, view.sum().item<float>());
        foreach (var other in later) other.Dispose();
    }

    [Fact]
    public void Dispose_NothingRemains_GivesTheMemoryToTheNext()
    {
        // A length that no other test rents, so that a parallel one cannot take it.
        const long Length = 3 << 22;
        var first = PooledTensor.Empty(Length);
        var address = TensorMemory.Address(first);
        first.Dispose();
        using var second = PooledTensor.Empty(Length);
        Assert.Equal(address, TensorMemory.Address(second));
    }
}
