using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;

namespace InternVideoNext.Cli;

/// <summary>The clips of a manifest that a probe on one label learns from and is measured on, checked before any is read.</summary>
/// <param name="Classes">The label's classes.</param>
/// <param name="Training">The training clips that carry the label.</param>
/// <param name="Test">The clips to measure on that carry it.</param>
/// <param name="Cautions">How many were left out because they carry none.</param>
internal sealed record ProbeClips(IReadOnlyList<string> Classes, Manifest Training, Manifest Test, IReadOnlyList<string> Cautions)
{
    private const string TrainingSplit = "train";

    /// <param name="manifest">The data set.</param>
    /// <param name="label">The label's name.</param>
    /// <param name="testSplit">The split to measure on.</param>
    /// <param name="protocol">Says how many clips its choice among the grid's points needs.</param>
    /// <exception cref="ConfigurationException">There is no such label or split, or too few clips carry the label.</exception>
    public static ProbeClips Of(Manifest manifest, string label, string testSplit, ProbeProtocol protocol)
    {
        if (!manifest.Labels.TryGetValue(label, out var classes))
            throw new ConfigurationException(
                $"--label {label}: {manifest.Name} has "
                + $"{(manifest.Labels.Count == 0 ? "no labels" : string.Join(", ", manifest.Labels.Keys))}");
        if (testSplit == TrainingSplit || !Manifest.Splits.Contains(testSplit))
            throw new ConfigurationException(
                $"--test-split {testSplit}: the probe is measured on clips that it was not trained on; name "
                + $"{string.Join(" or ", Manifest.Splits.Except([TrainingSplit]))}");
        var cautions = new List<string>();
        var (training, test) = (Labelled(TrainingSplit), Labelled(testSplit));
        RequireChoice(training, label, protocol);
        return new ProbeClips(classes, training, test, cautions);

        Manifest Labelled(string split)
        {
            var all = manifest.Filter(split);
            var labelled = all with { Entries = [.. all.Entries.Where(entry => entry.Labels.ContainsKey(label))] };
            if (labelled.Entries.Count == 0)
                throw new ConfigurationException(
                    $"--label {label}: {manifest.Name} declares it, but of its {all.Entries.Count} clips of split {split} none carries it");
            if (labelled.Entries.Count < all.Entries.Count)
                cautions.Add(
                    $"{all.Entries.Count - labelled.Entries.Count} of {all.Entries.Count} clips of split {split} carry no label '{label}' "
                    + "and are left out");
            return labelled;
        }
    }

    // As the choice will be made: by clips of each class held out of training.
    private static void RequireChoice(Manifest training, string label, ProbeProtocol protocol)
    {
        if (protocol.Grid.Points.Count == 1 || protocol.Choice != GridChoice.Validation) return;
        var counts = training.Entries.GroupBy(entry => entry.Labels[label]).Select(group => group.Count()).ToList();
        if (!ValidationSplit.CanCarve(counts, protocol.ValidationShare))
            throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture,
                $"--label {label}: with at most {counts.Max()} training clip(s) a class none can be held out to choose among the "
                + $"{protocol.Grid.Points.Count} grid points of protocol {protocol.Name}; give more clips, or a protocol of one point"));
    }
}
