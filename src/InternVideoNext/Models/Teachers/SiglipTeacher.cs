using InternVideoNext.Foundation;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B clips, T frames, S the teacher's image side, L tokens of a frame, N = T L, D width, K aligned layers

/// <summary>
/// A SigLIP2 tower as the semantic teacher: states entering layers spaced by an interval from the deepest, the pooled
/// vector averaged over frames, and the pooling attention as saliency.
/// </summary>
public sealed class SiglipTeacher : IImageTeacher
{
    private readonly SiglipVisionTower _tower;
    private readonly SiglipConfig _config;
    private readonly double _interval;

    /// <summary>Takes over a tower: it is disposed with the teacher.</summary>
    /// <param name="tower">Any SigLIP2 tower.</param>
    /// <param name="config">Its sizes.</param>
    /// <param name="interval">Layers between two aligned states: 3.33 for Base students, 1.67 for Large.</param>
    /// <exception cref="ArgumentException">The sizes are not the tower's, or the interval is negative.</exception>
    public SiglipTeacher(SiglipVisionTower tower, SiglipConfig config, double interval)
    {
        if (tower.Config != config)
            throw new ArgumentException($"config: {config} does not describe the tower, {tower.Config}.", nameof(config));
        ArgumentOutOfRangeException.ThrowIfNegative(interval);
        _tower = tower;
        _config = config;
        _interval = interval;
    }

    /// <summary>A teacher of a tower that asks for no gradient, on a device. It takes over the tower.</summary>
    internal static SiglipTeacher Frozen(SiglipVisionTower tower, double interval, Device device, ScalarType type)
    {
        foreach (var parameter in tower.parameters()) parameter.requires_grad = false;
        tower.to(device, type);
        return new SiglipTeacher(tower, tower.Config, interval);
    }

    /// <summary>The network inside.</summary>
    internal SiglipVisionTower Tower => _tower;

    /// <inheritdoc/>
    public int Width => _config.Width;

    /// <inheritdoc/>
    public int GridSide => _config.GridSide;

    /// <summary>The layers whose inputs are aligned: depth - floor(k * interval) - 1 for k = 0..K-1, ascending.</summary>
    /// <param name="depth">Layers of the teacher.</param>
    /// <param name="interval">Layers between two of them.</param>
    /// <param name="count">K.</param>
    /// <exception cref="ConfigurationException">The teacher is too shallow.</exception>
    public static IReadOnlyList<int> AlignedLayers(int depth, double interval, int count)
    {
        var layers = Enumerable.Range(0, count).Select(k => depth - (int)Math.Floor(k * interval) - 1).Reverse().ToArray();
        if (layers.Length > 0 && layers[0] < 0)
            throw new ConfigurationException(
                $"teacher.interval = {interval}: {count} aligned layers need a teacher deeper than its {depth}. Lower the interval or "
                    + "model.alignment.layers.");
        return layers;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not a batch of clips, or the tower has too few layers.</exception>
    public TeacherOutput Observe(Tensor video, int alignedLayers)
    {
        if (video.dim() != 5 || video.size(1) != 3)
            throw new ArgumentException($"video: shape [{string.Join(", ", video.shape)}] is not [B, 3, T, H, W].", nameof(video));
        using var gradient = no_grad();
        using var scope = NewDisposeScope();
        var (clips, frames) = (video.size(0), video.size(2));
        var seen = _tower.call(Frames(video), AlignedLayers(_config.Depth, _interval, alignedLayers));
        var middle = alignedLayers == 0
            ? empty([0, clips, frames * GridSide * GridSide, Width], dtype: seen.Tokens.dtype, device: seen.Tokens.device)
            : stack(seen.States.Select(Unit)).view(alignedLayers, clips, -1, Width); // [K, B, N, D]
        var final = Unit(seen.Pooled.to(float32)).view(clips, frames, Width).mean([1]); // [B, D]
        return new TeacherOutput(middle, final, seen.Attention).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _tower.Dispose();

    // [B, 3, T, H, W] -> [B T, 3, S, S] for the tower
    private Tensor Frames(Tensor video)
    {
        using var scope = NewDisposeScope();
        var size = _config.ImageSize;
        var images = video.permute(0, 2, 1, 3, 4).reshape(-1, 3, video.size(3), video.size(4));
        if (images.size(2) != size || images.size(3) != size)
            images = functional.interpolate(images, [size, size], mode: InterpolationMode.Bicubic, align_corners: false);
        // x * std + mean is in [0, 1]; twice that minus one has mean = std = 0.5.
        var scale = Channels(video, channel => 2 * ImageNet.Deviation[channel]);
        var shift = Channels(video, channel => (2 * ImageNet.Mean[channel]) - 1);
        return shift.addcmul(images, scale, 1).to(_tower.DataType).MoveToOuterDisposeScope();
    }

    // Filled on the device: a copy from the host would make it wait.
    private static Tensor Channels(Tensor like, Func<int, double> value) =>
        cat([.. Enumerable.Range(0, 3).Select(i => full(1, 1, 1, 1, value(i), dtype: like.dtype, device: like.device))], dim: 1);

    private static Tensor Unit(Tensor x)
    {
        using var scope = NewDisposeScope();
        return functional.normalize(x.to(float32), dim: -1).to(x.dtype).MoveToOuterDisposeScope();
    }
}
