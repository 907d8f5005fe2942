using InternVideoNext.Data;

namespace InternVideoNext.Probes;

/// <summary>
/// A probe with what it needs to be used again: what it was trained for, and the names of its classes. The holder disposes it.
/// </summary>
/// <param name="Probe">The classifier, on the CPU.</param>
/// <param name="Protocol">Name of the protocol that trained it.</param>
/// <param name="Label">The manifest's label name.</param>
/// <param name="Classes">Class names in order of class index.</param>
public sealed record TrainedProbe(Probe Probe, string Protocol, string Label, IReadOnlyList<string> Classes) : IDisposable
{
    /// <summary>SHA-256 of the class list.</summary>
    public string ClassListHash => ClassList.Hash(Classes);

    /// <summary>Refuses a label map that numbers its classes differently.</summary>
    /// <param name="classes">The manifest's class list of this label.</param>
    /// <exception cref="ArgumentException">The lists differ; names the first difference and both hashes.</exception>
    public void CheckClasses(IReadOnlyList<string> classes)
    {
        var theirs = ClassList.Hash(classes);
        if (theirs == ClassListHash) return;
        var at = 0;
        while (at < classes.Count && at < Classes.Count && classes[at] == Classes[at]) at++;
        throw new ArgumentException(
            $"The probe's class list for label '{Label}' ({Classes.Count} classes, SHA-256 {ClassListHash}) is not the manifest's "
                + $"({classes.Count} classes, {theirs}): "
            + $"they first differ at class {at}, '{NameAt(Classes, at)}' in the probe and '{NameAt(classes, at)}' in the manifest. Use "
                + "the manifest that the probe was trained with, or train the probe again.",
            nameof(classes));
    }

    /// <inheritdoc/>
    public void Dispose() => Probe.Dispose();

    private static string NameAt(IReadOnlyList<string> names, int index) => index < names.Count ? names[index] : "(none)";
}
