using System.Text.Json.Serialization;

namespace InternVideoNext.Data;

/// <summary>A data set: its clips as files below one folder, their splits and labels.</summary>
public sealed record Manifest
{
    /// <summary>The data set's name.</summary>
    public required string Name { get; init; }

    /// <summary>Label name (for example <c>appearance</c>) to its classes, in order of class index.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Labels { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The clips.</summary>
    public required IReadOnlyList<ManifestEntry> Entries { get; init; }

    /// <summary>Clips that the data set's authors published, by split; empty where that is not known. Results are told of these.</summary>
    public IReadOnlyDictionary<string, int> Expected { get; init; } = new Dictionary<string, int>();

    /// <summary>The index that <c>./ivnext data scan</c> wrote for this manifest; null where there is none. Not part of the file.</summary>
    [JsonIgnore]
    public string? IndexFile { get; init; }

    /// <summary>The folder that the entries' paths are relative to; not part of the file.</summary>
    [JsonIgnore]
    public string Root { get; init; } = "";

    /// <summary>The splits that an entry may be in.</summary>
    [JsonIgnore]
    public static IReadOnlyList<string> Splits { get; } = ["train", "validation", "test"];

    /// <summary>Opens what a user may point at: a manifest (<c>.json</c>), a folder of videos, or one video file.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="ManifestException">It is none of these, or is invalid; the message says what and where.</exception>
    public static Manifest Open(string path)
    {
        if (Directory.Exists(path)) return FromDirectory(path);
        return Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) ? Load(path) : FromVideo(path);
    }

    /// <summary>Reads and checks a manifest file. The root is the folder it lies in.</summary>
    /// <param name="path">A JSON file with snake_case members, as <see cref="Save"/> writes it.</param>
    /// <exception cref="ManifestException">
    /// The file is missing, is not JSON (with the line), has unknown or missing members, or has entries with an absolute
    /// or parent-escaping path, a duplicate id, an unknown split, an unknown label or a class out of range (with the entry).
    /// </exception>
    public static Manifest Load(string path) => ManifestFile.Read(path);

    /// <summary>Where the index of a manifest's files is looked for: beside it.</summary>
    /// <param name="manifestFile">The manifest.</param>
    public static string IndexFileOf(string manifestFile) => manifestFile + ".index.json";

    /// <summary>Every video-looking file below a folder, in ordinal order of path, unlabelled, all in <c>train</c>.</summary>
    /// <param name="directory">The folder; searched with its subfolders, not following linked or hidden folders.</param>
    /// <exception cref="ManifestException">There is no such folder, or no video file in it.</exception>
    public static Manifest FromDirectory(string directory) => VideoFolder.Scan(directory);

    /// <summary>A manifest of one video file.</summary>
    /// <param name="path">The file; any extension.</param>
    /// <exception cref="ManifestException">There is no such file.</exception>
    public static Manifest FromVideo(string path)
    {
        if (!File.Exists(path)) throw new ManifestException(
            $"'{path}': no such file or folder. Give a manifest (.json), a folder of videos, or a video file.");
        var full = Path.GetFullPath(path);
        var name = Path.GetFileName(full);
        return new Manifest { Name = name, Root = Path.GetDirectoryName(full)!, Entries = [new ManifestEntry { Id = name, Path = name }] };
    }

    /// <summary>Writes the manifest: aside, flushed, then renamed, so that a reader never sees half of it.</summary>
    /// <param name="path">The file to write; entries' paths must be meant relative to its folder.</param>
    /// <exception cref="ManifestException">The manifest is not valid: <see cref="Load"/> would refuse it.</exception>
    public void Save(string path) => ManifestFile.Write(this, path);

    /// <summary>The same data set with only the entries of one split.</summary>
    /// <param name="split">One of <see cref="Splits"/>.</param>
    /// <exception cref="ArgumentException">There is no such split.</exception>
    public Manifest Filter(string split)
    {
        if (!Splits.Contains(split)) throw new ArgumentException(
            $"split '{split}' is unknown; the splits are {string.Join(", ", Splits)}.", nameof(split));
        return this with { Entries = [.. Entries.Where(e => e.Split == split)] };
    }

    /// <summary>The full path of an entry's file.</summary>
    /// <param name="entry">An entry of this manifest.</param>
    public string PathOf(ManifestEntry entry) => Path.GetFullPath(Path.Combine(Root, entry.Path));
}

/// <summary>One clip of a <see cref="Manifest"/>.</summary>
public sealed record ManifestEntry
{
    /// <summary>Unique in the manifest.</summary>
    public required string Id { get; init; }

    /// <summary>Relative to the manifest's root, with forward slashes.</summary>
    public required string Path { get; init; }

    /// <summary><c>train</c>, <c>validation</c> or <c>test</c>.</summary>
    public string Split { get; init; } = "train";

    /// <summary>Label name to class index; empty for unlabelled video.</summary>
    public IReadOnlyDictionary<string, int> Labels { get; init; } = new Dictionary<string, int>();

    /// <summary>The part of the file that is the clip; null for all of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClipSegment? Segment { get; init; }
}

/// <summary>A part of a video that is a clip of its own.</summary>
/// <param name="Start">Where it begins, from 0.</param>
/// <param name="End">Where it ends, above <paramref name="Start"/>; the frame there belongs to it no more.</param>
/// <param name="Unit">What both are counted in.</param>
public sealed record ClipSegment(double Start, double End, SegmentUnit Unit)
{
    /// <summary>Whether it is a part of anything.</summary>
    [JsonIgnore]
    public bool IsValid => double.IsFinite(Start) && double.IsFinite(End) && Start >= 0 && End > Start;

    /// <summary>Its frames: the first, and how many; none where the video ends before it.</summary>
    /// <param name="frames">Frames of the video.</param>
    /// <param name="rate">Frames of the video a second.</param>
    internal (int First, int Count) In(int frames, double rate)
    {
        var scale = Unit == SegmentUnit.Seconds ? rate : 1;
        var (first, end) = (Math.Round(Start * scale), Math.Round(End * scale));
        if (first >= frames) return (0, 0);
        return ((int)first, (int)Math.Clamp(end - first, 1, frames - first));
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Start}-{End}{(Unit == SegmentUnit.Seconds ? "s" : "")}");
}

/// <summary>What a segment's ends are counted in.</summary>
public enum SegmentUnit
{
    /// <summary>Seconds from the first frame.</summary>
    Seconds,

    /// <summary>Frames, from 0.</summary>
    Frames,
}

/// <summary>A manifest, or a folder taken for one, cannot be used. The message names the file, the line or entry, and the remedy.</summary>
public sealed class ManifestException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public ManifestException(string message) : base(message) { }

    /// <summary>Creates the error with the whole message and its cause.</summary>
    public ManifestException(string message, Exception innerException) : base(message, innerException) { }
}
