using InternVideoNext.Foundation;
using TorchSharp;

namespace InternVideoNext.Tests.Interactive;

/// <summary>Clips of known pixels, normalised as the models get them.</summary>
internal static class Clips
{
    /// <summary>[T, H, W, 3] random bytes.</summary>
    public static byte[] Bytes(int frames, int height, int width, ulong seed = 1)
    {
        var random = new DeterministicRandom(seed);
        var bytes = new byte[frames * height * width * 3];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.NextInt(256);
        return bytes;
    }

    /// <summary>[3, T, H, W], ImageNet-normalised, of bytes [T, H, W, 3]; written independently of the library.</summary>
    public static torch.Tensor Normalise(byte[] bytes, int frames, int height, int width)
    {
        using var scope = torch.NewDisposeScope();
        var values = torch.tensor(bytes).view(frames, height, width, 3).permute(3, 0, 1, 2).to(torch.float32) / 255f;
        var channels = new[]
        {
            (values[0] - 0.485f) / 0.229f,
            (values[1] - 0.456f) / 0.224f,
            (values[2] - 0.406f) / 0.225f,
        };
        return torch.stack(channels).MoveToOuterDisposeScope();
    }

    public static torch.Tensor Random(int frames, int height, int width, ulong seed = 1) =>
        Normalise(Bytes(frames, height, width, seed), frames, height, width);
}
