using InternVideoNext.Data;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Data;

public sealed class ClipResamplerTests
{
    [Theory]
    [InlineData(40, 53, 0, 0, 40, 40, 32)]
    [InlineData(40, 53, 3, 9, 26, 30, 32)]
    [InlineData(64, 64, 0, 0, 64, 64, 15)]
    [InlineData(7, 300, 1, 100, 5, 200, 9)]
    [InlineData(1, 1, 0, 0, 1, 1, 8)]
    public void Write_AnyWindow_AgreesWithTorchsAntialiasedBilinear(
        int width, int height, int left, int top, int cropWidth, int cropHeight, int size)
    {
        var clip = RandomClip(width, height, frames: 3, [0, 2, 2, 1]);
        using var scope = NewDisposeScope();
        var ours = Resample(clip, new CropWindow(left, top, cropWidth, cropHeight, Flipped: false), size);
        var video = tensor(clip.Frames.Pixels, [3, height, width, 3], dtype: ScalarType.Float32).permute(0, 3, 1, 2) / 255f; // [F, 3, H, W]
        var crop = video[.., .., top..(top + cropHeight), left..(left + cropWidth)].index_select(
            0, tensor((long[])[0, 2, 2, 1])).contiguous();
        // Neither TorchSharp's resize nor its interpolate offers antialiasing: the operator itself does.
        using var operators = jit.compile(
            $"def resize(x: Tensor) -> Tensor:\n    return torch._upsample_bilinear2d_aa(x, [{size}, {size}], False, None, None)\n");
        var resized = operators.invoke<Tensor>("resize", crop);
        var mean = tensor(ClipResampler.Mean.ToArray()).view(1, 3, 1, 1);
        var deviation = tensor(ClipResampler.Deviation.ToArray()).view(1, 3, 1, 1);
        var theirs = ((resized - mean) / deviation).transpose(0, 1); // [3, T, S, S]
        var difference = (ours - theirs).abs().max().item<float>();
        Assert.True(difference < 1e-4, $"largest difference {difference}");
    }

    [Theory]
    [InlineData(256, 224)]
    [InlineData(224, 224)]
    [InlineData(168, 224)]
    [InlineData(300, 37)]
    [InlineData(3, 50)]
    public void Write_AnyScale_EqualsPlainArithmeticToTheBit(int side, int size)
    {
        var clip = RandomClip(side + 5, side + 2, frames: 1, [0]);
        var values = new float[3 * size * size];
        ClipResampler.Write(clip, new CropWindow(4, 1, side, side, Flipped: false), size, values);
        var weights = Enumerable.Range(0, size).Select(i => Triangle(side, size, i)).ToArray();
        for (var channel = 0; channel < 3; channel++)
        {
            var rows = Enumerable.Range(0, side).Select(y => Enumerable.Range(0, size)
                .Select(x => Sum(0, weights[x], k => clip.Frames[0][((((y + 1) * clip.Frames.Width) + k + 4) * 3) + channel]))
                    .ToArray()).ToArray();
            var (mean, deviation) = (ClipResampler.Mean[channel], ClipResampler.Deviation[channel]);
            var scaled = weights.Select(w => w.Select(v => v * (1f / (255f * deviation))).ToArray()).ToArray();
            for (var y = 0; y < size; y++)
                for (var x = 0; x < size; x++)
                    Assert.Equal(Sum(-mean / deviation, scaled[y], k => rows[k][x]), values[(((channel * size) + y) * size) + x]);
        }
    }

    [Theory]
    [InlineData(256, 224, 3)]
    [InlineData(224, 224, 1)]
    [InlineData(168, 224, 2)]
    [InlineData(4, 1, 4)]
    [InlineData(1, 8, 1)]
    public void Axis_AnyScale_HasNoMoreTapsThanNeededAndStaysInside(int length, int size, int taps)
    {
        var axis = ResampleAxis.Create(length, size, reversed: false);
        Assert.Equal(taps, axis.Taps);
        Assert.All(axis.Starts, start => Assert.InRange(start, 0, length - taps));
        Assert.All(axis.Weights.Chunk(taps), weights => Assert.Equal(1, weights.Sum(), 1e-6f));
    }

    [Fact]
    public void Write_Flipped_MirrorsEveryFrame()
    {
        var clip = RandomClip(40, 30, frames: 2, [0, 1]);
        var window = new CropWindow(4, 2, 28, 25, Flipped: false);
        using var scope = NewDisposeScope();
        Assert.True(Resample(clip, window, 16).flip(3).eq(Resample(clip, window with { Flipped = true }, 16)).all().item<bool>());
    }

    [Fact]
    public void Write_WindowOutside_Throws()
    {
        var clip = RandomClip(8, 8, frames: 1, [0]);
        Assert.Throws<ArgumentException>(() => ClipResampler.Write(clip, new CropWindow(1, 0, 8, 8, false), 4, new float[48]));
        Assert.Throws<ArgumentException>(() => ClipResampler.Write(clip, new CropWindow(0, 0, 8, 8, false), 4, new float[47]));
    }

    // Weights of all input pixels for one output pixel.
    private static float[] Triangle(int length, int size, int output)
    {
        var scale = (double)length / size;
        var exact = Enumerable.Range(0, length)
            .Select(i => Math.Max(0, 1 - (Math.Abs(i + 0.5 - ((output + 0.5) * scale)) / Math.Max(1, scale)))).ToArray();
        return [.. exact.Select(w => (float)(w / exact.Sum()))];
    }

    private static float Sum(float first, float[] weights, Func<int, float> value)
    {
        for (var k = 0; k < weights.Length; k++)
            if (weights[k] != 0) first += weights[k] * value(k);
        return first;
    }

    private static SampledFrames RandomClip(int width, int height, int frames, int[] positions)
    {
        var pixels = new byte[width * height * 3 * frames];
        new Random(7).NextBytes(pixels);
        return new SampledFrames(new VideoFrames(pixels, frames, width, height), positions);
    }

    private static Tensor Resample(SampledFrames clip, CropWindow window, int size)
    {
        var values = new float[3 * clip.Positions.Count * size * size];
        ClipResampler.Write(clip, window, size, values);
        return tensor(values, [3, clip.Positions.Count, size, size]);
    }
}
