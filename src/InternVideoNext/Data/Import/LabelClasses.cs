namespace InternVideoNext.Data.Import;

/// <summary>The classes of one label of a data set.</summary>
public sealed record LabelClasses
{
    /// <summary>The label's name, for example <c>action</c>.</summary>
    public required string Label { get; init; }

    /// <summary>How many classes there are.</summary>
    public required int Count { get; init; }

    /// <summary>Their names in order of class index; null where they come from the user's own annotation file.</summary>
    public required IReadOnlyList<string>? Names { get; init; }

    /// <summary>The hash of the names by <see cref="ClassList.Hash"/>; null where these are null.</summary>
    public required string? Sha256 { get; init; }

    /// <summary>Where count and names were taken from, and why there are none if there are none.</summary>
    public required string Source { get; init; }

    /// <summary>Refuses a class list that is not this one.</summary>
    /// <param name="dataSet">Named in the error.</param>
    /// <param name="file">Where the other list comes from, named in the error.</param>
    /// <param name="names">The other list.</param>
    /// <exception cref="ManifestException">It differs: the first difference is shown.</exception>
    public void Check(string dataSet, string file, IReadOnlyList<string> names)
    {
        if (names.Count != Count && Names is null) throw new ManifestException($"'{file}': {names.Count} classes; {dataSet} has {Count}.");
        if (Names is null || (ClassList.Hash(names) == Sha256 && names.Count == Count)) return;
        var at = Enumerable.Range(0, Math.Max(names.Count, Names.Count))
            .First(i => i >= names.Count || i >= Names.Count || names[i] != Names[i]);
        string Shown(IReadOnlyList<string> list) => at < list.Count ? $"'{list[at]}'" : "missing";
        throw new ManifestException(
            $"'{file}': the class list is not that of {dataSet} (hash {Sha256}): class {at} is {Shown(names)}, it should be "
            + $"{Shown(Names)}.");
    }
}
