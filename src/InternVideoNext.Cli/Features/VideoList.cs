using InternVideoNext.Data;
using InternVideoNext.Data.Import;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Features;

/// <summary>What features are made of: a manifest, a folder, one video, or a list of files as <c>data import</c> reads it.</summary>
internal static class VideoList
{
    private static readonly string[] Extensions = [".txt", ".lst", ".list"];

    /// <exception cref="ManifestException">It is none of these, or a line of a list is of no layout that is known.</exception>
    /// <exception cref="ConfigurationException">A line of a list names no file, or the list none.</exception>
    public static Manifest Open(string path) =>
        File.Exists(path) && Extensions.Contains(Path.GetExtension(path).ToLowerInvariant()) ? Read(path) : Manifest.Open(path);

    // Paths are relative to the list's folder.
    private static Manifest Read(string path)
    {
        var root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var rows = PathLabelList.Read(path).ToList();
        if (rows.Count == 0) throw new ConfigurationException($"{path}: the list names no file");
        if (rows.Find(row => !File.Exists(Path.Combine(root, row.Path!))) is { } missing)
            throw new ConfigurationException($"{path}, {missing.Place}: there is no file '{missing.Path}'");
        return new Manifest
        {
            Name = Path.GetFileName(path),
            Root = root,
            Entries = [.. rows.Select(EntryOf).DistinctBy(entry => entry.Id, StringComparer.Ordinal)],
        };
    }

    private static ManifestEntry EntryOf(AnnotationRow row) => new()
    {
        Id = row.Segment is { } segment ? $"{row.Path} {segment}" : row.Path!,
        Path = row.Path!,
        Segment = row.Segment,
    };
}
