using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>
/// Tensors on the CPU whose memory is used again. Libtorch gives large memory back to the system, which clears it page by page for
/// the next tensor. Here it goes back to <see cref="ArrayPool{T}.Shared"/>, once the last tensor that lies in it (a view, a copy
/// of the handle) is gone.
/// </summary>
internal static unsafe class PooledTensor
{
    // Bytes; what libtorch gives its own tensors.
    private const int Alignment = 64;

    private static readonly Lazy<nint> NewFunction = new(() => TensorMemory.Function("THSTensor_new"));

    /// <summary>A float32 tensor with whatever values are there.</summary>
    /// <param name="shape">Below 2 GiB in all.</param>
    public static Tensor Empty(params long[] shape)
    {
        InitializeDevice(CPU);
        var count = shape.Aggregate(1L, (product, length) => checked(product * length));
        var held = GCHandle.Alloc(ArrayPool<float>.Shared.Rent(checked((int)count + (2 * Alignment / sizeof(float)))), GCHandleType.Pinned);
        // The handle lies before the first value, where the end of the tensor finds it.
        var data = (held.AddrOfPinnedObject() + sizeof(nint) + Alignment - 1) & -Alignment;
        ((nint*)data)[-1] = GCHandle.ToIntPtr(held);
        fixed (long* sizes = shape)
        {
            var create = (
                delegate* unmanaged<nint, delegate* unmanaged[Cdecl]<nint, void>, long*, int, sbyte, sbyte, int, int, byte,
                nint>)NewFunction.Value;
            var tensor = create(
                data, &Release, sizes, shape.Length, (sbyte)ScalarType.Float32, (sbyte)ScalarType.Float32, (int)DeviceType.CPU, -1, 0);
            CheckForErrors();
            return Tensor.UnsafeCreateTensor(tensor);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(nint data)
    {
        var held = GCHandle.FromIntPtr(((nint*)data)[-1]);
        var values = (float[])held.Target!;
        held.Free();
        ArrayPool<float>.Shared.Return(values);
    }
}
