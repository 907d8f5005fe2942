using InternVideoNext.Data;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive.Rendering;

// Shapes: T frames, H rows, W columns.

/// <summary>The frames of a clip as RGB bytes on the host, [T, H, W, 3].</summary>
internal sealed class FrameStack(int count, int height, int width, byte[] rgb)
{
    public int Count => count;

    public int Height => height;

    public int Width => width;

    public Span<byte> Frame(int t) => rgb.AsSpan(t * height * width * 3, height * width * 3);

    /// <summary>The three bytes of one pixel.</summary>
    public Span<byte> Pixel(int t, int y, int x) => rgb.AsSpan(((((t * height) + y) * width) + x) * 3, 3);

    public FrameStack Copy() => new(count, height, width, (byte[])rgb.Clone());

    /// <summary>Undoes the ImageNet normalisation. Values outside [0, 1] are clipped, NaN becomes black.</summary>
    /// <param name="clip">[3, T, H, W], any floating type, any device.</param>
    /// <param name="parameter">What to call the tensor in a message.</param>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static FrameStack FromClip(Tensor clip, string parameter = "clip")
    {
        ArgumentNullException.ThrowIfNull(clip, parameter);
        if (clip.dim() != 4 || clip.size(0) != 3 || clip.numel() == 0)
            throw new ArgumentException(
                $"{parameter} has shape [{string.Join(", ", clip.shape)}]; expected one clip [3, T, H, W] (of a batch: batch[0]).",
                    parameter);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var colours = clip.detach().to(float32).cpu();                                            // [3, T, H, W]
        colours = (colours * OfColours(ClipResampler.Deviation)) + OfColours(ClipResampler.Mean);
        colours = (colours.nan_to_num(0, 1, 0).clamp(0, 1) * 255).round().to(uint8);
        var bytes = colours.permute(1, 2, 3, 0).contiguous().data<byte>().ToArray();              // [T, H, W, 3]
        return new FrameStack((int)clip.size(1), (int)clip.size(2), (int)clip.size(3), bytes);
    }

    /// <summary>The frames at <paramref name="indices"/>, in that order.</summary>
    public FrameStack Select(IReadOnlyList<int> indices)
    {
        var bytes = new byte[indices.Count * height * width * 3];
        for (var i = 0; i < indices.Count; i++) Frame(indices[i]).CopyTo(bytes.AsSpan(i * height * width * 3));
        return new FrameStack(indices.Count, height, width, bytes);
    }

    /// <summary>Frames smaller by a whole factor: each pixel the mean of a block, blocks at the edges may be cut.</summary>
    public FrameStack Shrink(int factor)
    {
        if (factor == 1) return this;
        int rows = (height + factor - 1) / factor, columns = (width + factor - 1) / factor;
        var result = new FrameStack(count, rows, columns, new byte[count * rows * columns * 3]);
        for (var t = 0; t < count; t++)
            for (var y = 0; y < rows; y++)
                for (var x = 0; x < columns; x++)
                    MeanOfBlock(t, y * factor, x * factor, factor, result.Pixel(t, y, x));
        return result;
    }

    /// <summary>Frames larger by a whole factor: each pixel repeated.</summary>
    public FrameStack Enlarge(int factor)
    {
        var result = new FrameStack(count, height * factor, width * factor, new byte[count * height * width * factor * factor * 3]);
        for (var t = 0; t < count; t++)
            for (var y = 0; y < result.Height; y++)
                for (var x = 0; x < result.Width; x++)
                    Pixel(t, y / factor, x / factor).CopyTo(result.Pixel(t, y, x));
        return result;
    }

    private void MeanOfBlock(int t, int top, int left, int size, Span<byte> mean)
    {
        int bottom = Math.Min(top + size, height), right = Math.Min(left + size, width);
        int red = 0, green = 0, blue = 0, pixels = (bottom - top) * (right - left);
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var pixel = Pixel(t, y, x);
                red += pixel[0];
                green += pixel[1];
                blue += pixel[2];
            }
        }

        mean[0] = (byte)((red + (pixels / 2)) / pixels);
        mean[1] = (byte)((green + (pixels / 2)) / pixels);
        mean[2] = (byte)((blue + (pixels / 2)) / pixels);
    }

    private static Tensor OfColours(IReadOnlyList<float> values) => tensor(values.ToArray()).view(3, 1, 1, 1);
}
