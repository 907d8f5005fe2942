using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
using TorchSharp;

namespace InternVideoNext.Data.Shapes;

/// <summary>Turns interleaved RGB bytes into planes of ImageNet-normalised floats: (byte / 255 - mean) / std, by table.</summary>
internal static class ImageNetPixels
{
    private static readonly float[][] Tables = [.. ImageNet.Mean.Zip(ImageNet.Deviation, Table)];

    /// <summary>The memory of a contiguous float32 tensor on the CPU.</summary>
    public static Span<float> Floats(torch.Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>Writes [T, pixels, 3] bytes as [3, T, pixels] floats.</summary>
    public static void Write(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        var plane = rgb.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var table = Tables[channel].AsSpan(0, 256);
            var target = planes.Slice(channel * plane, plane);
            for (int i = 0, at = channel; i < target.Length; i++, at += 3) target[i] = table[rgb[at]];
        }
    }

    private static float[] Table(double mean, double std)
    {
        var table = new float[256];
        for (var value = 0; value < 256; value++) table[value] = (float)(((value / 255.0) - mean) / std);
        return table;
    }
}
