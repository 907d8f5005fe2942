using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// A tensor to be written: described at once, made when its turn comes, so that a large model is converted one tensor at a time.
/// </summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Its type in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Make">Makes the tensor, of that type and shape, on any device; the writer disposes whatever it makes.</param>
public sealed record SafetensorsItem(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, Func<Tensor> Make)
{
    /// <summary>Bytes of data.</summary>
    internal long ByteCount => Shape.Aggregate(1L, (product, dimension) => product * dimension) * Type.Bits / 8;

    /// <summary>An existing tensor, written in its own type, or in <paramref name="type"/> if given. It stays the caller's.</summary>
    public static SafetensorsItem Of(string name, Tensor tensor, ScalarType? type = null)
    {
        var target = type ?? tensor.dtype;
        return new SafetensorsItem(name, SafetensorsType.Of(target), tensor.shape, () => tensor.detach().to(target));
    }
}
