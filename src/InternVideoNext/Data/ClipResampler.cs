using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using InternVideoNext.Foundation;

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

    // Rows summed at once, which share what is loaded for one.
    private const int Together = 4;

    /// <summary>ImageNet's mean of red, green and blue, of pixels in 0..1.</summary>
    public static IReadOnlyList<float> Mean { get; } = [.. ImageNet.Mean.Select(m => (float)m)];

    /// <summary>ImageNet's standard deviation of red, green and blue, of pixels in 0..1.</summary>
    public static IReadOnlyList<float> Deviation { get; } = [.. ImageNet.Deviation.Select(d => (float)d)];

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
            throw new ArgumentException(
                $"the destination holds {destination.Length} values instead of {Channels * count * size * size}.", nameof(destination));
        }
        var across = ResampleAxis.Create(window.Width, size, window.Flipped);
        var down = ResampleAxis.Create(window.Height, size, reversed: false);
        var weights = Normalised(down);
        // One value more than a line has: its last pixel is read as four values too.
        var apart = (window.Width * Channels) + 1;
        var lines = ArrayPool<float>.Shared.Rent(Together * apart);
        var rows = ArrayPool<float>.Shared.Rent((window.Height + Together - 1) * Channels * size);
        for (var t = 0; t < count; t++)
        {
            if (t > 0 && clip.Positions[t] == clip.Positions[t - 1])
            {
                CopyPrevious(destination, t, count, size * size);
                continue;
            }
            var frame = frames[clip.Positions[t]];
            var ready = 0;
            for (var y = 0; y < size; y++)
            {
                // Just before their use, while the last ones are in the processor's cache.
                for (; ready < down.Starts[y] + down.Taps; ready += Together)
                {
                    Widen(frame, frames.Width, window, ready, lines, apart);
                    Across(lines, apart, across, size, rows.AsSpan(ready * Channels * size, Together * Channels * size)); // [R, 3, S]
                }
                for (var channel = 0; channel < Channels; channel++)
                {
                    var output = destination.Slice(((((channel * count) + t) * size) + y) * size, size);
                    Accumulate(rows.AsSpan(((down.Starts[y] * Channels) + channel) * size), Channels * size,
                        weights.AsSpan(((channel * size) + y) * down.Taps, down.Taps), -Mean[channel] / Deviation[channel], output);
                }
            }
        }
        ArrayPool<float>.Shared.Return(rows);
        ArrayPool<float>.Shared.Return(lines);
    }

    private static void CopyPrevious(Span<float> destination, int t, int count, int area)
    {
        for (var channel = 0; channel < Channels; channel++)
        {
            var at = ((channel * count) + t) * area;
            destination.Slice(at - area, area).CopyTo(destination[at..]);
        }
    }

    // [3, S, Taps] weights of the columns for values normalised by channel.
    private static float[] Normalised(ResampleAxis down) =>
        [.. Deviation.SelectMany(deviation => down.Weights.Select(weight => weight * (1f / (255f * deviation))))];

    // As many lines of the window as are summed together, from one on; after the last it is repeated.
    private static void Widen(ReadOnlySpan<byte> frame, int width, CropWindow window, int from, Span<float> lines, int apart)
    {
        for (var i = 0; i < Together; i++)
        {
            var y = window.Top + Math.Min(from + i, window.Height - 1);
            Widen(frame.Slice(((y * width) + window.Left) * Channels, window.Width * Channels), lines.Slice(i * apart, apart));
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

    // Four lines of [columns, 3] values to [4, 3, S]. A pixel's three channels are summed at once, beside the next pixel's first,
    // of two lines in one register. Unchecked: the axis stays inside the line.
    private static void Across(ReadOnlySpan<float> lines, int apart, ResampleAxis axis, int size, Span<float> rows)
    {
        ref var line = ref MemoryMarshal.GetReference(lines);
        ref var row = ref MemoryMarshal.GetReference(rows);
        var x = 0;
        for (; Avx.IsSupported && x + 4 <= size; x += 4)
        {
            var (a, b) = Sums(ref line, apart, axis, x);
            var (c, d) = Sums(ref line, apart, axis, x + 1);
            var (e, f) = Sums(ref line, apart, axis, x + 2);
            var (g, h) = Sums(ref line, apart, axis, x + 3);
            Store(a, c, e, g, ref row, x, size);
            Store(b, d, f, h, ref row, x + (2 * Channels * size), size);
        }
        for (; x < size; x++)
            for (var i = 0; i < Together; i++) Across(
                ref Unsafe.Add(ref line, i * apart), axis, x, rows.Slice(i * Channels * size, Channels * size));
    }

    // One pixel of one line.
    private static void Across(ref float line, ResampleAxis axis, int x, Span<float> row)
    {
        var sum = Vector128<float>.Zero;
        var at = (nuint)(axis.Starts[x] * Channels);
        foreach (var weight in axis.Weights.AsSpan(x * axis.Taps, axis.Taps))
        {
            sum += Vector128.Create(weight) * Vector128.LoadUnsafe(ref line, at);
            at += Channels;
        }
        for (var channel = 0; channel < Channels; channel++) row[(channel * row.Length / Channels) + x] = sum[channel];
    }

    // One pixel of the first and second, and of the third and fourth line.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Early, Vector256<float> Late) Sums(ref float line, int apart, ResampleAxis axis, int x)
    {
        var (early, late) = (Vector256<float>.Zero, Vector256<float>.Zero);
        ref var first = ref Unsafe.Add(ref line, axis.Starts[x] * Channels);
        foreach (var weight in axis.Weights.AsSpan(x * axis.Taps, axis.Taps))
        {
            var factor = Vector256.Create(weight);
            early += factor * Vector256.Create(Vector128.LoadUnsafe(ref first), Vector128.LoadUnsafe(ref first, (nuint)apart));
            late += factor * Vector256.Create(
                Vector128.LoadUnsafe(ref first, 2 * (nuint)apart), Vector128.LoadUnsafe(ref first, 3 * (nuint)apart));
            first = ref Unsafe.Add(ref first, Channels);
        }
        return (early, late);
    }

    // Four neighbouring pixels of two lines, [2 lines, 4 values] each, to the channels' places in two rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, ref float row, int x, int size)
    {
        var (left, right) = (Avx.UnpackLow(a, b), Avx.UnpackLow(c, d)); // red red green green
        var (leftBlue, rightBlue) = (Avx.UnpackHigh(a, b), Avx.UnpackHigh(c, d));
        Store(Avx.Shuffle(left, right, 0x44), ref row, x, size);
        Store(Avx.Shuffle(left, right, 0xEE), ref row, x + size, size);
        Store(Avx.Shuffle(leftBlue, rightBlue, 0x44), ref row, x + (2 * size), size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> values, ref float row, int x, int size)
    {
        values.GetLower().StoreUnsafe(ref row, (nuint)x);
        values.GetUpper().StoreUnsafe(ref row, (nuint)(x + (Channels * size)));
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
