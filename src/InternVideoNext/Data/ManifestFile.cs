using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>Reads, checks and writes manifests as JSON.</summary>
internal static class ManifestFile
{
    private const int ShownProblems = 10;
    private static readonly Dictionary<string, int> NoLabels = [];

    public static Manifest Read(string path)
    {
        if (!File.Exists(path)) throw new ManifestException($"'{path}': no such manifest file.");
        Manifest manifest;
        try
        {
            using var stream = File.OpenRead(path);
            manifest = JsonSerializer.Deserialize<Manifest>(stream, SnakeCaseJson.Indented)
                ?? throw new ManifestException($"'{path}': the file holds null instead of a manifest.");
        }
        catch (JsonException e)
        {
            var line = e.LineNumber is { } number ? $" line {number + 1}" : "";
            var where = e.Path is { Length: > 1 } ? $" at {e.Path}" : "";
            throw new ManifestException($"'{path}'{line}{where}: not a valid manifest: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException($"'{path}' cannot be read: {e.Message}", e);
        }
        manifest = Sharing(manifest);
        Check(manifest, path);
        var index = Manifest.IndexFileOf(Path.GetFullPath(path));
        return manifest with { Root = Path.GetDirectoryName(index)!, IndexFile = File.Exists(index) ? index : null };
    }

    public static void Write(Manifest manifest, string path)
    {
        Check(manifest, path);
        AsideFile.Write(path, stream => JsonSerializer.Serialize(stream, manifest, SnakeCaseJson.Indented));
    }

    // A million entries have three splits and some hundred classes: one text and one dictionary for each will do.
    private static Manifest Sharing(Manifest manifest)
    {
        var shared = new Dictionary<(string, int), IReadOnlyDictionary<string, int>>();
        var entries = manifest.Entries.Select(
            e => e is null ? e! : e with { Split = Shared(e.Split), Labels = Shared(e.Labels, shared) });
        return manifest with { Entries = [.. entries] };
    }

    private static string Shared(string split) => Manifest.Splits.FirstOrDefault(s => s == split) ?? split;

    private static IReadOnlyDictionary<string, int> Shared(
        IReadOnlyDictionary<string, int> labels, Dictionary<(string, int), IReadOnlyDictionary<string, int>> shared)
    {
        if (labels.Count != 1) return labels.Count == 0 ? NoLabels : labels;
        var (name, value) = labels.First();
        if (!shared.TryGetValue((name, value), out var first)) shared[(name, value)] = first = labels;
        return first;
    }

    private static void Check(Manifest manifest, string file)
    {
        var problems = Problems(manifest).Take(ShownProblems + 1).ToList();
        if (problems.Count == 0) return;
        var shown = problems.Take(ShownProblems).Select(p => $"\n  {p}");
        var more = problems.Count > ShownProblems ? "\n  and more" : "";
        throw new ManifestException($"'{file}' is not a valid manifest:{string.Concat(shown)}{more}");
    }

    private static IEnumerable<string> Problems(Manifest manifest)
    {
        if (manifest.Name.Length == 0) yield return "name is empty";
        foreach (var (label, classes) in manifest.Labels)
        {
            if (classes is null || classes.Count == 0) yield return $"labels.{label} lists no class";
            else if (classes.Any(string.IsNullOrEmpty)) yield return $"labels.{label} has a class without a name";
            else if (classes.Distinct(StringComparer.Ordinal).Count() != classes.Count) yield return $"labels.{label} names a class twice";
        }
        foreach (var (split, count) in manifest.Expected)
        {
            if (!Manifest.Splits.Contains(split)) yield return $"expected.{split}: the splits are {string.Join(", ", Manifest.Splits)}";
            else if (count < 0) yield return $"expected.{split} is {count}; it must be 0 or more";
        }
        var seen = new Dictionary<string, int>(manifest.Entries.Count, StringComparer.Ordinal);
        for (var i = 0; i < manifest.Entries.Count; i++)
        {
            if (manifest.Entries[i] is not { } entry)
            {
                yield return $"entries[{i}] is null";
                continue;
            }
            foreach (var problem in EntryProblems(entry, manifest)) yield return $"entries[{i}] (id '{entry.Id}'): {problem}";
            if (!seen.TryAdd(
                entry.Id, i)) yield return $"entries[{i}] (id '{entry.Id}'): the id is already that of entries[{seen[entry.Id]}]";
        }
    }

    private static IEnumerable<string> EntryProblems(ManifestEntry entry, Manifest manifest)
    {
        if (entry.Id.Length == 0) yield return "the id is empty";
        if (PathProblem(entry.Path) is { } path) yield return path;
        if (!Manifest.Splits.Contains(
            entry.Split)) yield return $"split '{entry.Split}' is unknown; the splits are {string.Join(", ", Manifest.Splits)}";
        if (entry.Segment is { IsValid: false } segment)
            yield return FormattableString.Invariant($"segment {segment.Start} to {segment.End} is no part of a video");
        foreach (var (label, value) in entry.Labels)
        {
            if (!manifest.Labels.TryGetValue(
                label, out var classes)) yield return $"label '{label}' is not among the manifest's labels "
                + $"({string.Join(", ", manifest.Labels.Keys)})";
            else if (
                classes is not null
                && (value < 0
                || value >= classes.Count)) yield return $"label '{label}' is {value}; its {classes.Count} classes are 0 to "
                + $"{classes.Count - 1}";
        }
    }

    // Judged alike on every system, so that a manifest made on one is safe on another.
    public static string? PathProblem(string path)
    {
        if (path.Length == 0) return "the path is empty";
        if (path.Contains('\0', StringComparison.Ordinal)) return "the path holds a null character";
        var drive = path.Length > 2 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '\\' or '/';
        if (path[0] is '/' or '\\' || drive) return $"path '{path}' is absolute; paths are relative to the manifest's folder";
        return path.Split('/', '\\').Contains("..") ? $"path '{path}' leaves the manifest's folder by '..'" : null;
    }
}
