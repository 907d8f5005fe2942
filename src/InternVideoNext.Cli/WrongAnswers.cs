using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Interactive;
using InternVideoNext.Probes;

namespace InternVideoNext.Cli;

/// <summary>A probe's answer for one clip.</summary>
/// <param name="Entry">The clip's entry in the manifest.</param>
/// <param name="Probabilities">Of each class, the mean over the clip's views.</param>
internal sealed record ClipAnswer(int Entry, float[] Probabilities)
{
    /// <summary>The most probable class.</summary>
    public int Class => Array.IndexOf(Probabilities, Probabilities.Max());

    /// <summary>The most probable classes with their scores, in words.</summary>
    public string Best(IReadOnlyList<string> classes, int count) => string.Join(", ", Enumerable.Range(0, Probabilities.Length)
        .OrderByDescending(i => Probabilities[i]).Take(count)
        .Select(i => string.Create(CultureInfo.InvariantCulture, $"{classes[i]} {100 * Probabilities[i]:0.0} %")));
}

/// <summary>The clips that a probe got wrong, those first of which it was surest, as one page that opens offline.</summary>
internal sealed class WrongAnswers
{
    private const int ShownClips = 100, ShownClasses = 3;
    private readonly TrainedProbe _trained;
    private readonly Manifest _manifest;
    private readonly List<ClipAnswer> _wrong;

    public WrongAnswers(TrainedProbe trained, Manifest manifest, IReadOnlyList<ClipAnswer> answers)
    {
        (_trained, _manifest) = (trained, manifest);
        var labelled = answers.Where(answer => manifest.Entries[answer.Entry].Labels.ContainsKey(trained.Label)).ToList();
        Labelled = labelled.Count;
        _wrong = [.. labelled.Where(answer => answer.Class != LabelOf(answer)).OrderByDescending(answer => answer.Probabilities.Max())];
    }

    /// <summary>Clips that were got wrong.</summary>
    public int Count => _wrong.Count;

    /// <summary>Clips that have a label.</summary>
    public int Labelled { get; }

    /// <summary>Reads the shown clips once more and writes the page.</summary>
    /// <param name="path">The .html file.</param>
    /// <param name="config">Frames and size of a clip.</param>
    /// <param name="tools">ffmpeg and ffprobe.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task WriteAsync(string path, DataConfig config, FFMpegTools tools, CancellationToken cancellation)
    {
        var shown = _wrong.Take(ShownClips).ToList();
        var report = new HtmlReport($"{_trained.Label}: {Count} of {Labelled} clips got wrong")
        {
            Lead = $"Each clip with its class and the probe's answers ({_trained.Protocol}), the surest mistake first"
                + $"{(Count > shown.Count ? $"; the first {shown.Count} of {Count}" : "")}.",
        };
        var rows = Confusions().ToList();
        if (rows.Count > 0)
            report.Section("Which class is taken for which")
                .Add(new ResultTable(["Class", "Taken for", "Clips", "Mistakes of the class"], rows));
        var section = report.Section("Clips");
        if (shown.Count == 0) section.Paragraph("None was got wrong.");
        else await AddClipsAsync(section, shown, config, tools, cancellation).ConfigureAwait(false);
        report.Write(path);
    }

    private async Task AddClipsAsync(
        ReportSection section, List<ClipAnswer> shown, DataConfig config, FFMpegTools tools, CancellationToken cancellation)
    {
        var source = new VideoClipSource(_manifest with { Entries = [.. shown.Select(a => _manifest.Entries[a.Entry])] }, config, tools);
        await foreach (var batch in source.ReadOnce(1, cancellation).ConfigureAwait(false))
            using (batch)
            {
                var answer = shown[batch.Entries[0]];
                using var clip = batch.Video[0];
                section.Subheading(_manifest.Entries[answer.Entry].Id)
                    .Paragraph($"It is {_trained.Classes[LabelOf(answer)]}; answered: {answer.Best(_trained.Classes, ShownClasses)}.")
                    .Add(new ClipStrip(clip));
            }
    }

    private IEnumerable<IReadOnlyList<object?>> Confusions()
    {
        var ofClass = _wrong.GroupBy(LabelOf).ToDictionary(group => group.Key, group => group.Count());
        return _wrong.GroupBy(answer => (Label: LabelOf(answer), answer.Class)).OrderByDescending(pair => pair.Count()).Take(ShownClips)
            .Select(pair => (IReadOnlyList<object?>)
                [_trained.Classes[pair.Key.Label], _trained.Classes[pair.Key.Class], pair.Count(), ofClass[pair.Key.Label]]);
    }

    private int LabelOf(ClipAnswer answer) => _manifest.Entries[answer.Entry].Labels[_trained.Label];
}
