using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

// Shapes: n clips, C encoder width.

/// <summary>
/// A cheap measure of an encoder while it trains, since the loss alone does not tell quality: nearest neighbours among
/// labelled clips. Each half of the clips is classified by the other half. It draws nothing at random and changes nothing.
/// </summary>
/// <param name="source">The clips, each read once a measurement.</param>
/// <param name="manifest">Their labels, entry for entry.</param>
public sealed class QuickProbe(IClipSource source, Manifest manifest)
{
    private const int Neighbours = 5, BatchSize = 16, MostCacheMegabytes = 256;

    // The test clips stay unseen until the run is over.
    private static readonly string[] Splits = ["validation", "train"];

    /// <summary>
    /// A probe on a data set's own labels: at most <see cref="TrainingConfig.ProbeClips"/> clips, evenly spaced, validation before train,
    /// never test.
    /// </summary>
    /// <param name="manifest">The whole data set.</param>
    /// <param name="config">The run.</param>
    /// <param name="tools">ffmpeg and ffprobe.</param>
    /// <exception cref="ConfigurationException">The data have no labels.</exception>
    public static QuickProbe FromVideos(Manifest manifest, RunConfig config, FFMpegTools tools)
    {
        var chosen = Choose(manifest, config.Training.ProbeClips);
        if (chosen.Entries.Count < 2)
            throw new ConfigurationException(
                $"training.probe_every is {config.Training.ProbeEvery}, but '{manifest.Name}' has no labelled clips in "
                + $"{string.Join(" or ", Splits)}; set it to 0, or give data with labels");
        var data = config.Data with { CacheMegabytes = Math.Min(config.Data.CacheMegabytes, MostCacheMegabytes) };
        return new QuickProbe(new VideoClipSource(chosen, data, tools), chosen);
    }

    /// <summary>Accuracy for every label that at least two of the readable clips have, by the label's name.</summary>
    /// <param name="encoder">What is measured; it reads the clips' frames and size.</param>
    /// <param name="cancellation">Ends it without a result.</param>
    /// <exception cref="InvalidDataException">No clip could be read.</exception>
    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(VideoEncoder encoder, CancellationToken cancellation)
    {
        using var extracted = await FeatureExtraction.ExtractAsync(
            [encoder], source, FeatureKind.MeanToken, BatchSize, progress: null, cancellation).ConfigureAwait(false);
        var accuracies = new Dictionary<string, double>();
        foreach (var (label, classes) in manifest.Labels)
        {
            var labelled = extracted.Entries.Select((entry, row) => (Row: (long)row, Class: ClassOf(entry, label))).Where(c => c.Class >= 0)
                .ToList();
            if (labelled.Count >= 2) accuracies[label] = Accuracy(extracted.Features[0], labelled, classes.Count);
        }
        return accuracies;
    }

    internal static Manifest Choose(Manifest manifest, int most)
    {
        var labelled = manifest.Entries.Where(e => e.Labels.Count > 0).ToList();
        var chosen = new List<ManifestEntry>();
        foreach (var split in Splits)
        {
            var here = labelled.Where(e => e.Split == split).ToList();
            var taken = Math.Min(here.Count, most - chosen.Count);
            for (var i = 0; i < taken; i++) chosen.Add(here[(int)((long)i * here.Count / taken)]);
        }
        return manifest with { Entries = chosen };
    }

    // -1 where the clip lacks the label.
    private long ClassOf(int entry, string label) => manifest.Entries[entry].Labels.TryGetValue(label, out var value) ? value : -1;

    private static double Accuracy(Tensor features, List<(long Row, long Class)> clips, int classes)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var right = 0.0;
        foreach (var half in (int[])[0, 1])
        {
            // Odd and even places, not front and back: clips may be in order of class.
            var (memory, asked) = (clips.Where((_, i) => i % 2 != half).ToList(), clips.Where((_, i) => i % 2 == half).ToList());
            using var neighbours = new NearestNeighbourProbe(Rows(features, memory), Classes(memory), classes);
            right += neighbours.Vote(Rows(features, asked), Neighbours).argmax(1).eq(Classes(asked)).sum().item<long>();
        }
        return right / clips.Count;
    }

    private static Tensor Rows(Tensor features, List<(long Row, long Class)> clips) =>
        features.index_select(0, tensor(clips.ConvertAll(c => c.Row).ToArray(), device: CPU));

    private static Tensor Classes(List<(long Row, long Class)> clips) => tensor(clips.ConvertAll(c => c.Class).ToArray(), device: CPU);
}
