using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Features;

/// <summary>Encodes the windows of many videos, one video after another, and goes on where it was interrupted.</summary>
/// <param name="encoder">The frozen encoder.</param>
/// <param name="reader">Reads their windows.</param>
/// <param name="sliding">Length and distance of the windows; null for whole videos.</param>
/// <param name="batchSize">Windows encoded at a time.</param>
internal sealed class FeatureJob(IFrozenEncoder encoder, WindowReader reader, SlidingWindow? sliding, int batchSize)
{
    /// <summary>Encodes what is not done yet.</summary>
    /// <returns>The videos that could not be read.</returns>
    /// <exception cref="InvalidDataException">Features are not finite.</exception>
    public IReadOnlyList<SkippedFile> Run(Manifest manifest, FeatureParts parts, CancellationToken cancellation)
    {
        var skipped = new List<SkippedFile>();
        using var display = new CountDisplay("videos", manifest.Entries.Count);
        for (var i = 0; i < manifest.Entries.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!parts.IsDone(i)) Encode(manifest, i, parts, skipped, cancellation);
            display.Report(i + 1);
        }
        return skipped;
    }

    private void Encode(Manifest manifest, int entry, FeatureParts parts, List<SkippedFile> skipped, CancellationToken cancellation)
    {
        try
        {
            using var rows = RowsOf(manifest.PathOf(manifest.Entries[entry]), manifest.Entries[entry].Segment, cancellation);
            parts.Write(entry, rows);
        }
        catch (VideoReadException e)
        {
            skipped.Add(new SkippedFile(manifest.Entries[entry].Path, e.Reason));
        }
    }

    private FeatureRows RowsOf(string path, ClipSegment? segment, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (pooled, means, windows) = (new List<Tensor>(), new List<Tensor>(), new List<VideoWindow>());
        foreach (var (batch, clips) in reader.Read(path, sliding, batchSize, cancellation, segment))
        {
            using var inner = NewDisposeScope();
            using (clips)
            {
                var features = encoder.Encode(encoder.Preprocessing.FromImageNet(clips));
                var mean = FeatureExtraction.Keep(features.Tokens.to(float32), features.Grid.Frames, FeatureKind.MeanToken);
                var pool = features.Pooled ?? zeros([mean.size(0), 0], device: mean.device); // of a system that pools nothing
                RequireFinite(path, batch, mean, pool);
                means.Add(mean.cpu().MoveToOuterDisposeScope());
                pooled.Add(pool.to(float32).cpu().MoveToOuterDisposeScope());
            }
            windows.AddRange(batch);
        }
        return new FeatureRows(
            cat(pooled).DetachFromDisposeScope(), cat(means).DetachFromDisposeScope(), [.. windows.Select(w => w.Start)],
            [.. windows.Select(w => w.End)]);
    }

    private static void RequireFinite(string path, IReadOnlyList<VideoWindow> windows, Tensor mean, Tensor pooled)
    {
        var finite = mean.isfinite().all(1).logical_and(pooled.isfinite().all(1)).cpu();
        var at = Enumerable.Range(0, windows.Count).FirstOrDefault(i => !finite[i].item<bool>(), -1);
        if (at >= 0)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{path}: the features of {windows[at].Start:0.##} to {windows[at].End:0.##} s are not finite: the encoder diverged, or "
                + $"its precision overflows"));
    }
}
