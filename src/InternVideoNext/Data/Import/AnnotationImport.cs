namespace InternVideoNext.Data.Import;

/// <summary>Makes a manifest of a data set from its authors' annotation files.</summary>
/// <param name="dataSet">What is known of it: its class list must be that of the files.</param>
/// <param name="pathTemplate">
/// Where a clip lies, with <c>{id}</c>, <c>{split}</c>, <c>{start}</c>, <c>{end}</c>; null for the format's own. Not for path lists.
/// </param>
/// <param name="root">A folder that absolute paths of the files are taken relative to: the manifest's own. Null refuses them.</param>
public sealed class AnnotationImport(DataSetManifest dataSet, string? pathTemplate = null, string? root = null)
{
    private readonly List<ManifestEntry> _entries = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Dictionary<string, int>> _labels = [];
    private readonly LabelClasses _list = dataSet.Labels.Count > 0 ? dataSet.Labels[0]
        : new LabelClasses { Label = "none", Count = 0, Names = null, Sha256 = null, Source = "" };
    private IReadOnlyList<string>? _classes = dataSet.Labels.Count > 0 ? dataSet.Labels[0].Names : [];
    private Dictionary<string, int>? _places;

    /// <summary>
    /// Takes the class list from a file, where the data set's manifest has none: one name a line, or Something-Something's labels as JSON.
    /// </summary>
    /// <param name="file">The list.</param>
    /// <exception cref="ManifestException">It cannot be read, or is not the data set's: the first difference is shown.</exception>
    public void UseClasses(string file)
    {
        var names = file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? SomethingJson.Classes(file)
            : AnnotationText.Lines(file).Select(l => l.Text).ToList();
        _list.Check(dataSet.Name, file, names);
        (_classes, _places) = (names, null);
    }

    /// <summary>Adds the clips of one file.</summary>
    /// <param name="format">Its format.</param>
    /// <param name="file">The file.</param>
    /// <param name="split">The clips' split; null where the file tells it.</param>
    /// <exception cref="ManifestException">It cannot be used; the message names file, line or entry, and the remedy.</exception>
    public void Add(AnnotationFormat format, string file, string? split)
    {
        var rows = format switch
        {
            AnnotationFormat.PathLabel => PathLabelList.Read(file),
            AnnotationFormat.KineticsCsv => KineticsCsv.Read(file),
            AnnotationFormat.Ssv2Json => SomethingJson.Read(file),
            AnnotationFormat.CoinJson => CoinJson.Read(file),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
        var all = rows.ToList();
        _classes ??= OwnClasses(file, all);
        _places ??= Places(file, _classes);
        foreach (var row in all) Add(
            file, row,
            split ?? row.Split
            ?? throw new ManifestException($"'{file}' {row.Place}: no split is named; give the file as --train, --validation or --test."));
    }

    /// <summary>The manifest of all that was added. Its class list is the data set's.</summary>
    /// <exception cref="ManifestException">Nothing was added.</exception>
    public Manifest Build()
    {
        if (_entries.Count == 0) throw new ManifestException($"{dataSet.Name}: the annotation files hold no clip.");
        var labels = _list.Count == 0 ? [] : new Dictionary<string, IReadOnlyList<string>> { [_list.Label] = _classes! };
        return new Manifest { Name = dataSet.Name, Labels = labels, Expected = dataSet.Expected, Entries = _entries };
    }

    private void Add(string file, AnnotationRow row, string split)
    {
        var path = row.Path ?? (pathTemplate ?? row.DefaultTemplate)
            .Replace("{id}", row.Id, StringComparison.Ordinal).Replace("{split}", split, StringComparison.Ordinal)
            .Replace("{start}", row.Start, StringComparison.Ordinal).Replace("{end}", row.End, StringComparison.Ordinal);
        path = Below(path);
        if (ManifestFile.PathProblem(path) is { } problem) throw new ManifestException($"'{file}' {row.Place}: {problem}");
        var id = row.Path is null ? row.Id : row.Segment is null ? path : $"{path}#{row.Segment}";
        if (!_ids.Add(id)) throw new ManifestException($"'{file}' {row.Place}: clip '{id}' is listed before; ids must be unique.");
        _entries.Add(new ManifestEntry { Id = id, Path = path, Split = split, Labels = LabelOf(file, row), Segment = row.Segment });
    }

    // Lists made on one machine name its whole paths.
    private string Below(string path) =>
        root is not null && Path.IsPathRooted(path) && Path.GetRelativePath(root, path) is var below && !Path.IsPathRooted(below)
            && !below.StartsWith("..", StringComparison.Ordinal) ? below.Replace(Path.DirectorySeparatorChar, '/') : path;

    private Dictionary<string, int> LabelOf(string file, AnnotationRow row)
    {
        if (_list.Count == 0 || (row.Class is null && row.ClassIndex is null or -1)) return Shared(-1);
        if (row.Class is { } name)
            return _places!.TryGetValue(name, out var place) ? Shared(place)
                : throw new ManifestException($"'{file}' {row.Place}: class '{name}' is not in the class list of {dataSet.Name}.");
        return row.ClassIndex >= 0 && row.ClassIndex < _list.Count ? Shared(row.ClassIndex.Value)
            : throw new ManifestException(
                $"'{file}' {row.Place}: label {row.ClassIndex} is out of range; the {_list.Count} classes of {dataSet.Name} are 0 to "
                + $"{_list.Count - 1}.");
    }

    // One dictionary a class: a million clips share them.
    private Dictionary<string, int> Shared(int place)
    {
        if (!_labels.TryGetValue(place, out var labels)) _labels[place] = labels = place < 0 ? [] : new Dictionary<string, int>
        { [_list.Label] = place };
        return labels;
    }

    private List<string> OwnClasses(string file, List<AnnotationRow> rows)
    {
        if (rows.All(r => r.Class is null))
            throw new ManifestException(
                $"'{file}': the labels are numbers, and the class list of {dataSet.Name} is not part of its manifest: give it by "
                + "--classes FILE, one name a line.");
        // By the number that the file gives each class, where it does; else in ordinal order.
        List<string> names = [.. rows.Where(r => r.Class is not null).GroupBy(r => r.Class!, StringComparer.Ordinal)
            .OrderBy(g => g.First().ClassIndex ?? 0).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key)];
        _list.Check(dataSet.Name, file, names);
        return names;
    }

    private static Dictionary<string, int> Places(string file, IReadOnlyList<string> classes)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, name) in classes.Select((c, i) => (i, c)))
            if (!places.TryAdd(name, i)) throw new ManifestException($"'{file}': class '{name}' is named twice.");
        return places;
    }
}

/// <summary>Annotation files that manifests are made from.</summary>
public enum AnnotationFormat
{
    /// <summary>One video a line: path, path and label, and the other layouts in use (see data-manifests/README).</summary>
    PathLabel,

    /// <summary>The Kinetics tables: label, youtube_id, time_start, time_end, split.</summary>
    KineticsCsv,

    /// <summary>The Something-Something lists of clips with templates.</summary>
    Ssv2Json,

    /// <summary>COIN's database.</summary>
    CoinJson,
}
