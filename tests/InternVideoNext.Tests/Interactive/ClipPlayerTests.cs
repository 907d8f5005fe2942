using System.Buffers.Binary;
using System.Text;
using InternVideoNext.Interactive;

namespace InternVideoNext.Tests.Interactive;

public sealed class ClipPlayerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ToAnimatedPng_RandomClip_HoldsEveryFrame(int count)
    {
        var bytes = Clips.Bytes(count, 5, 4);
        using var clip = Clips.Normalise(bytes, count, 5, 4);
        var frames = Frames(new ClipPlayer(clip) { FramesPerSecond = 4 }.ToAnimatedPng(), out var milliseconds);
        Assert.Equal(count, frames.Count);
        Assert.Equal(250, milliseconds);
        for (var t = 0; t < count; t++)
        {
            var rgb = frames[t].Rgba.Chunk(4).SelectMany(pixel => pixel[..3]);
            Assert.Equal(bytes.Skip(t * 60).Take(60), rgb);
        }
    }

    [Fact]
    public void ToHtml_Clip_HasAPlayerAStillForLessMotionAndAStrip()
    {
        using var clip = Clips.Random(3, 8, 8);
        var fragment = Fragments.Parse(new ClipPlayer(clip) { Caption = "<b>moving</b>" });
        var still = fragment.All("source").Single();
        Assert.Equal("(prefers-reduced-motion: reduce)", still.Get("media"));
        Assert.Equal(8, Fragments.Decode(Fragments.FromDataUri(still.Get("srcset")!)).Width);
        Assert.Equal(2, fragment.All("img").Count());
        Assert.All(fragment.All("img"), image => Assert.NotEmpty(image.Get("alt")!));
        Assert.Contains("<b>moving</b>", fragment.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_OneFrame_HasNoStrip()
    {
        using var clip = Clips.Random(1, 8, 8);
        Assert.Empty(Fragments.Parse(new ClipPlayer(clip)).All("details"));
    }

    [Fact]
    public void ToAnimatedPng_NoSpeed_IsRefused()
    {
        using var clip = Clips.Random(1, 8, 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipPlayer(clip) { FramesPerSecond = 0 }.ToAnimatedPng());
    }

    // Makes a plain PNG of every frame, by the chunks of the specification, and decodes it.
    private static List<Pixels> Frames(byte[] animation, out int milliseconds)
    {
        var chunks = Chunks(animation).ToList();
        var header = chunks.Single(chunk => chunk.Type == "IHDR").Data;
        Assert.Equal(
            chunks.Count(chunk => chunk.Type == "fcTL"),
            BinaryPrimitives.ReadInt32BigEndian(chunks.Single(chunk => chunk.Type == "acTL").Data));
        var numbered = chunks.Where(chunk => chunk.Type is "fcTL" or "fdAT")
            .Select(chunk => BinaryPrimitives.ReadInt32BigEndian(chunk.Data));
        Assert.Equal(Enumerable.Range(0, numbered.Count()), numbered);
        var control = chunks.First(chunk => chunk.Type == "fcTL").Data.AsSpan();
        milliseconds = 1000 * BinaryPrimitives.ReadUInt16BigEndian(control[20..]) / BinaryPrimitives.ReadUInt16BigEndian(control[22..]);
        var data = chunks.Where(chunk => chunk.Type is "IDAT" or "fdAT")
            .Select(chunk => chunk.Type == "IDAT" ? chunk.Data : chunk.Data[4..]);
        return [.. data.Select(
            content => Fragments.Decode([.. animation[..8], .. Chunk("IHDR", header), .. Chunk("IDAT", content), .. Chunk("IEND", [])]))];
    }

    private static IEnumerable<(string Type, byte[] Data)> Chunks(byte[] png)
    {
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var type = Encoding.ASCII.GetString(png, at + 4, 4);
            var data = png[(at + 8)..(at + 8 + length)];
            Assert.Equal(png[at..(at + 12 + length)], Chunk(type, data)); // its check sum is right
            yield return (type, data);
            at += 12 + length;
        }
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc(body));
        return [.. length, .. body, .. sum];
    }

    // Bit by bit, as the PNG specification's annex D defines it.
    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
