
namespace InternVideoNext.Data;

/// <summary>Decoded frames, one after the other.</summary>
/// <param name="Pixels">[<paramref name="Count"/>, Height, Width, 3] bytes, red green blue. Shared: only read.</param>
/// <param name="Count">Frames in it.</param>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
public sealed record VideoFrames(byte[] Pixels, int Count, int Width, int Height)
{
    /// <summary>Bytes of one frame.</summary>
    public int FrameBytes => Width * Height * 3;

    /// <summary>One frame.</summary>
    /// <param name="index">From 0.</param>
    public ReadOnlySpan<byte> this[int index] => Pixels.AsSpan(index * FrameBytes, FrameBytes);
}
