using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

public sealed class TensorMemoryTests
{
    [Fact]
    public void Memory_PartOfATensor_IsItsOwn()
    {
        using var whole = arange(10, dtype: ScalarType.Float32);
        using var part = whole.narrow(0, 3, 4);
        var memory = new TensorMemory(part).Memory;
        Assert.Equal(part.bytes.ToArray(), memory.ToArray());
        BitConverter.TryWriteBytes(memory.Span, 42f);
        Assert.Equal(42f, whole[3].item<float>());
        Assert.Equal(TensorMemory.Address(whole) + (3 * sizeof(float)), TensorMemory.Address(part));
    }

    [Fact]
    public void Memory_EmptyTensor_IsEmpty()
    {
        using var none = zeros(0);
        Assert.Equal(0, new TensorMemory(none).Memory.Length);
    }

    [Fact]
    public void Address_NotContiguous_IsRefused()
    {
        using var turned = zeros(2, 3).t();
        Assert.Throws<ArgumentException>(() => TensorMemory.Address(turned));
    }
}
