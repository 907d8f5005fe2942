using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace InternVideoNext.Data;

/// <summary>
/// Crops, resizes and normalises frames in one pass each over rows and columns, on the calling thread. The filter is the
/// triangle widened by the reduction (bilinear with antialiasing, as Pillow's and torchvision's), in float32; the results
/// are the same on every machine. Loaders run one of these a worker, so torch's own threads stay free for the model.
/// </summary>
public static class ClipResampler
{
    // T frames, S side, R rows of the crop, C = 3 channels.
    private const int Channels = 3;

    /// <summary>ImageNet's mean of red, green and blue, of pixels in 0..1.</summary>
    public static IReadOnlyList<float> Mean { get; } = [0.485f, 0.456f, 0.406f];

    /// <summary>ImageNet's standard deviation of red, green and blue, of pixels in 0..1.</summary>
    public static IReadOnlyList<float> Deviation { get; } = [0.229f, 0.224f, 0.225f];

    /// <summary>Writes one clip.</summary>
    /// <param name="clip">The frames and which of them, T.</param>
    /// <param name="window">What part of them.</param>
    /// <param name="size">S, the side of the result in pixels.</param>
    /// <param name="destination">[3, T, S, S] values, normalised by <see cref="Mean"/> and <see cref="Deviation"/>.</param>
    /// <exception cref="ArgumentException">The window leaves the frame, or the destination has another length.</exception>
    public static void Write(SampledFrames clip, CropWindow window, int size, Span<float> destination)
    {
        var frames = clip.Frames;
        var count = clip.Positions.Count;
        if (window.Left < 0 || window.Top < 0 || window.Width < 1 || window.Height < 1
            || window.Left + window.Width > frames.Width || window.Top + window.Height > frames.Height)
        {
            throw new ArgumentException($"{window} leaves the {frames.Width} x {frames.Height} frame.", nameof(window));
        }
        if (destination.Length != Channels * count * size * size)
        {
            throw new ArgumentException($"the destination holds {destination.Length} values instead of {Channels * count * size * size}.", nameof(destination));
        }
        var across = ResampleAxis.Create(window.Width, size, window.Flipped);
        var down = ResampleAxis.Create(window.Height, size, reversed: false);
        var rows = ArrayPool<float>.Shared.Rent(window.Height * Channels * size);
        // One value more than the row has: its last pixel is read as four values too.
        var wide = ArrayPool<float>.Shared.Rent((window.Width * Channels) + 1);
        for (var t = 0; t < count; t++)
        {
            if (t > 0 && clip.Positions[t] == clip.Positions[t - 1])
            {
                CopyPrevious(destination, t, count, size * size);
                continue;
            }
            var frame = frames[clip.Positions[t]];
            for (var y = 0; y < window.Height; y++)
            {
                var line = frame.Slice((((window.Top + y) * frames.Width) + window.Left) * Channels, window.Width * Channels);
                Widen(line, wide);
                Across(wide, across, size, rows.AsSpan(y * Channels * size, Channels * size)); // [R, 3, S]
            }
            for (var channel = 0; channel < Channels; channel++)
            {
                Down(rows, down, channel, size, destination.Slice(((channel * count) + t) * size * size, size * size));
            }
        }
        ArrayPool<float>.Shared.Return(wide);
        ArrayPool<float>.Shared.Return(rows);
    }

    private static void CopyPrevious(Span<float> destination, int t, int count, int area)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            var at = ((channel * count) + t) * area;
            destination.Slice(at - area, area).CopyTo(destination[at..]);
        }
    }

    private static void Widen(ReadOnlySpan<byte> line, Span<float> wide)
    {
        var i = 0;
        for (; i + Vector<byte>.Count <= line.Length; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(line[i..]), out var low, out var high);
            Quarter(low, wide[i..]);
            Quarter(high, wide[(i + Vector<ushort>.Count)..]);
        }
        for (; i < line.Length; i++) wide[i] = line[i];
        wide[line.Length] = 0;
    }

    private static void Quarter(Vector<ushort> values, Span<float> wide)
    {
        Vector.Widen(values, out var low, out var high);
        Vector.ConvertToSingle(Vector.AsVectorInt32(low)).CopyTo(wide);
        Vector.ConvertToSingle(Vector.AsVectorInt32(high)).CopyTo(wide[Vector<float>.Count..]);
    }

    // [R columns, 3] values to [3, S]. A pixel's three channels are summed at once, beside the next pixel's first.
    // Unchecked: the axis stays inside the line.
    private static void Across(ReadOnlySpan<float> line, ResampleAxis axis, int size, Span<float> row)
    {
        ref var first = ref MemoryMarshal.GetReference(line);
        for (var x = 0; x < size; x++)
        {
            var sum = Vector128<float>.Zero;
            var at = (nuint)(axis.Starts[x] * Channels);
            foreach (var weight in axis.Weights.AsSpan(x * axis.Taps, axis.Taps))
            {
                sum += Vector128.Create(weight) * Vector128.LoadUnsafe(ref first, at);
                at += Channels;
            }
            row[x] = sum[0];
            row[size + x] = sum[1];
            row[(2 * size) + x] = sum[2];
        }
    }

    // [R, S] of one channel (rows 3 S apart) to [S, S], normalised.
    private static void Down(float[] rows, ResampleAxis axis, int channel, int size, Span<float> plane)
    {
        var scale = 1f / (255f * Deviation[channel]);
        var shift = -Mean[channel] / Deviation[channel];
        var weights = new float[axis.Taps];
        for (var y = 0; y < size; y++)
        {
            for (var k = 0; k < weights.Length; k++) weights[k] = axis.Weights[(y * axis.Taps) + k] * scale;
            Accumulate(rows.AsSpan(((axis.Starts[y] * Channels) + channel) * size), Channels * size, weights, shift, plane.Slice(y * size, size));
        }
    }

    // The weighted sum of rows that lie so far apart, each column in a register until its sum is whole.
    private static void Accumulate(ReadOnlySpan<float> rows, int apart, ReadOnlySpan<float> weights, float shift, Span<float> output)
    {
        var x = 0;
        for (; x + Vector<float>.Count <= output.Length; x += Vector<float>.Count)
        {
            var sum = new Vector<float>(shift);
            for (var k = 0; k < weights.Length; k++) sum += new Vector<float>(rows[((k * apart) + x)..]) * new Vector<float>(weights[k]);
            sum.CopyTo(output[x..]);
        }
        for (; x < output.Length; x++)
        {
            output[x] = shift;
            for (var k = 0; k < weights.Length; k++) output[x] += rows[(k * apart) + x] * weights[k];
        }
    }
}
