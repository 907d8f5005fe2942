using InternVideoNext.Data;
using InternVideoNext.Models;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: n clips read, B clips a batch, N tokens, C encoder width.

/// <summary>Runs frozen encoders over every clip of a source once, without augmentation or dropped paths.</summary>
public static class FeatureExtraction
{
    /// <summary>Encodes every readable clip with every encoder.</summary>
    /// <param name="encoders">Frozen encoders on one device, all reading the source's frames and size.</param>
    /// <param name="source">Clips; unreadable ones are left out.</param>
    /// <param name="kind">One mean token a clip (linear and nearest-neighbour probes), or all tokens (attentive).</param>
    /// <param name="batchSize">Clips a batch.</param>
    /// <param name="progress">Told the number of clips done.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="InvalidDataException">No clip could be read.</exception>
    public static Task<ExtractedFeatures> ExtractAsync(
        IReadOnlyList<VideoEncoder> encoders, IClipSource source, FeatureKind kind, int batchSize, IProgress<int>? progress,
            CancellationToken cancellation) =>
        ExtractAsync(
            [.. encoders.Select(encoder => (Func<Tensor, Tensor>)(video => Encode(encoder, video, kind)))], source, batchSize, progress,
            cancellation);

    /// <summary>Encodes every readable clip with another encoder than ours, or with any.</summary>
    /// <param name="encoder">A frozen encoder.</param>
    /// <param name="source">Clips of the encoder's frames and size; unreadable ones are left out.</param>
    /// <param name="kind">What is kept of the tokens.</param>
    /// <param name="batchSize">Clips a batch.</param>
    /// <param name="progress">Told the number of clips done.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="InvalidDataException">No clip could be read.</exception>
    public static Task<ExtractedFeatures> ExtractAsync(
        IFrozenEncoder encoder, IClipSource source, FeatureKind kind, int batchSize, IProgress<int>? progress,
            CancellationToken cancellation) =>
        ExtractAsync([video => Encode(encoder, video, kind)], source, batchSize, progress, cancellation);

    /// <summary>The largest batch, of 32 at most, whose widest intermediate stays below 2^28 numbers.</summary>
    /// <param name="encoder">A frozen encoder.</param>
    /// <param name="frames">Frames of a clip.</param>
    /// <param name="size">Side of a clip in pixels.</param>
    public static int BatchSizeFor(IFrozenEncoder encoder, int frames, int size)
    {
        const long MostNumbers = 1L << 28;
        const int MlpRatio = 4, Most = 32;
        return (int)Math.Clamp(MostNumbers / ((long)encoder.GridOf(frames, size, size).Tokens * encoder.Width * MlpRatio), 1, Most);
    }

    /// <summary>One batch's features.</summary>
    /// <param name="encoder">A frozen encoder, ours or another system's.</param>
    /// <param name="video">[B, 3, T, H, W], ImageNet-normalised; it is brought to the encoder's own numbers.</param>
    /// <param name="kind">What is kept of the tokens.</param>
    /// <returns>[B, C], [B, T C] or [B, N, C], float32 on the CPU, outside every dispose scope; class tokens are left out.</returns>
    public static Tensor Encode(IFrozenEncoder encoder, Tensor video, FeatureKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = encoder.Encode(encoder.Preprocessing.FromImageNet(video));
        return Keep(features.Tokens.to(float32), features.Grid.Frames, kind).cpu().DetachFromDisposeScope();
    }

    /// <summary>Applies every function to every readable clip.</summary>
    /// <param name="functions">Each from [B, 3, T, H, W] to [B, C] or [B, N, C], float32 on the CPU, outside every dispose scope.</param>
    /// <param name="source">Clips; unreadable ones are left out.</param>
    /// <param name="batchSize">Clips a batch.</param>
    /// <param name="progress">Told the number of clips done.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="InvalidDataException">No clip could be read.</exception>
    public static async Task<ExtractedFeatures> ExtractAsync(
        IReadOnlyList<Func<Tensor, Tensor>> functions, IClipSource source, int batchSize, IProgress<int>? progress,
            CancellationToken cancellation)
    {
        var entries = new List<int>();
        var parts = functions.Select(_ => new List<Tensor>()).ToList();
        await foreach (var batch in source.ReadOnce(batchSize, cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                entries.AddRange(batch.Entries);
                for (var i = 0; i < functions.Count; i++) parts[i].Add(functions[i](batch.Video));
            }
            progress?.Report(entries.Count);
        }
        if (entries.Count == 0) throw new InvalidDataException("no clip could be read; see the list of skipped files");
        return new ExtractedFeatures(entries, [.. parts.Select(Join)], source.Count);
    }

    /// <summary>One batch's features.</summary>
    /// <param name="encoder">A frozen encoder.</param>
    /// <param name="video">[B, 3, T, H, W], ImageNet-normalised.</param>
    /// <param name="kind">What is kept of the tokens.</param>
    /// <returns>[B, C], [B, T C] or [B, N, C], float32 on the CPU, outside every dispose scope; class tokens are left out.</returns>
    public static Tensor Encode(VideoEncoder encoder, Tensor video, FeatureKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var parameter = encoder.parameters().First();
        var tokens = encoder.Encode(encoder.Embed(video.to(parameter.dtype, parameter.device)), visible: null, dropPath: null).Tokens;
        var classes = encoder.Config.ClassTokens;
        var patches = tokens.narrow(1, classes, tokens.size(1) - classes).to(float32);              // [B, N, C]
        return Keep(patches, encoder.Config.Frames, kind).cpu().DetachFromDisposeScope();
    }

    /// <summary>What is kept of patch tokens, in the caller's dispose scope.</summary>
    /// <param name="tokens">[B, N, C], frame by frame, as many of each.</param>
    /// <param name="frames">T.</param>
    /// <param name="kind">What is kept.</param>
    internal static Tensor Keep(Tensor tokens, int frames, FeatureKind kind) => kind switch
    {
        FeatureKind.MeanToken => tokens.mean([1]),
        FeatureKind.FrameMeans => tokens.unflatten(1, frames, -1).mean([2]).flatten(1),                 // [B, T, L, C] -> [B, T C]
        _ => tokens.contiguous(),
    };

    private static Tensor Join(List<Tensor> parts)
    {
        var joined = cat(parts).DetachFromDisposeScope();
        foreach (var part in parts) part.Dispose();
        return joined;
    }
}
