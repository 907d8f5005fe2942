using System.Buffers;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>A tensor's own memory, for sockets and native libraries: nothing is copied. The tensor must outlive it.</summary>
internal sealed unsafe class TensorMemory : MemoryManager<byte>
{
    private static readonly Lazy<nint> DataFunction = new(() => Function("THSTensor_data"));

    private readonly byte* _first;
    private readonly int _length;

    /// <param name="tensor">On the CPU, contiguous, below 2 GiB.</param>
    public TensorMemory(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU) throw new ArgumentException(
            $"the tensor is on {tensor.device}, not on the CPU", nameof(tensor));
        _first = (byte*)Address(tensor);
        _length = checked((int)(tensor.numel() * tensor.ElementSize));
    }

    /// <summary>The address of a tensor's first element, on whatever device it is.</summary>
    /// <exception cref="ArgumentException">The tensor is not contiguous: its elements are not one stretch of memory.</exception>
    public static nint Address(Tensor tensor)
    {
        if (!tensor.is_contiguous()) throw new ArgumentException("the tensor is not contiguous", nameof(tensor));
        return First(tensor);
    }

    /// <summary>The address of a tensor's first element, however its elements lie.</summary>
    public static nint First(Tensor tensor) => ((delegate* unmanaged<nint, nint>)DataFunction.Value)(tensor.Handle);

    /// <summary>A function of TorchSharp's native half.</summary>
    public static nint Function(string name) => NativeLibrary.GetExport(LibTorch.Status switch
    {
        { Binding: not 0 and var loaded } => loaded,
        { BindingPath: { } path } => NativeLibrary.Load(path),
        _ => NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null),
    }, name);

    public override Span<byte> GetSpan() => new(_first, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_first + elementIndex);

    public override void Unpin()
    {
        // Native memory does not move.
    }

    protected override void Dispose(bool disposing)
    {
        // The tensor owns it.
    }
}
