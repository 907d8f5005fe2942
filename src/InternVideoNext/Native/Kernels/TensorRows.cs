using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>A float32 tensor on the CPU as vectors of its last axis that lie equally far apart. The tensor must outlive it.</summary>
internal readonly unsafe struct TensorRows
{
    private readonly float* _first;
    private readonly nint _apart;

    private TensorRows(Tensor tensor, int width, long apart)
    {
        _first = (float*)TensorMemory.First(tensor);
        _apart = (nint)apart;
        Width = width;
        Count = width == 0 ? 0 : tensor.numel() / width;
    }

    /// <summary>Elements of a vector.</summary>
    public int Width { get; }

    /// <summary>Vectors.</summary>
    public long Count { get; }

    /// <summary>The first element of a vector.</summary>
    public float* this[long row] => _first + ((nint)row * _apart);

    /// <summary>A tensor's vectors.</summary>
    /// <param name="tensor">float32, on the CPU, of one dimension or more.</param>
    /// <param name="laid">
    /// The tensor whose memory is read: <paramref name="tensor"/> itself, or a copy of it where its vectors do not lie equally far apart.
    /// </param>
    public static TensorRows Of(Tensor tensor, out Tensor laid)
    {
        laid = tensor;
        var width = (int)tensor.size(-1);
        if (tensor.is_contiguous()) return new TensorRows(tensor, width, width);
        if (Apart(tensor) is { } apart) return new TensorRows(tensor, width, apart);
        laid = tensor.contiguous();
        return new TensorRows(laid, width, width);
    }

    private static long? Apart(Tensor tensor)
    {
        var (sizes, strides) = (tensor.shape, tensor.stride());
        if (sizes[^1] > 1 && strides[^1] != 1) return null;
        var (apart, next) = (sizes[^1], 0L);
        for (var axis = sizes.Length - 2; axis >= 0; axis--)
        {
            if (sizes[axis] == 1) continue;
            if (next == 0) apart = strides[axis];
            else if (strides[axis] != next) return null;
            next = strides[axis] * sizes[axis];
        }
        return apart;
    }
}
