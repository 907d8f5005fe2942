using System.Collections.Concurrent;
using System.Globalization;

namespace InternVideoNext.Data;

/// <summary>The broken files of a data set, each counted once. Thread-safe.</summary>
/// <param name="files">Distinct files in the data set.</param>
/// <param name="allowedFraction">Share of them that may be broken.</param>
internal sealed class SkippedFiles(int files, double allowedFraction)
{
    private readonly ConcurrentDictionary<string, (string Reason, bool IsFinal)> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _damaged = new(StringComparer.Ordinal);

    /// <summary>In order of path.</summary>
    public IReadOnlyList<SkippedFile> Report =>
        [.. _known.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => new SkippedFile(k.Key, k.Value.Reason))];

    /// <summary>Files of which the part that decodes is used, in order of path.</summary>
    public IReadOnlyList<SkippedFile> Damaged =>
        [.. _damaged.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => new SkippedFile(k.Key, k.Value))];

    /// <summary>Whether trying the file again is of no use.</summary>
    /// <exception cref="TooManyBrokenFilesException">Too many are broken already, so that going on would find none at last.</exception>
    public bool IsHopeless(string path)
    {
        if (!_known.TryGetValue(path, out var known) || !known.IsFinal) return false;
        Check();
        return true;
    }

    /// <summary>Why a file is not used; null for one that is.</summary>
    public string? ReasonOf(string path) => _known.TryGetValue(path, out var known) ? known.Reason : null;

    /// <summary>Notes a file of which a part is used.</summary>
    public void AddDamaged(string path, string damage) => _damaged[path] = damage;

    /// <summary>Notes a broken file.</summary>
    /// <exception cref="TooManyBrokenFilesException">It is one too many.</exception>
    public void Add(string path, VideoReadException error)
    {
        _known.AddOrUpdate(path, (error.Reason, error.IsFinal), (_, known) => known.IsFinal ? known : (error.Reason, error.IsFinal));
        Check();
    }

    private void Check()
    {
        var count = _known.Count;
        if (count >= files || count > allowedFraction * files) throw new TooManyBrokenFilesException(Report, files, allowedFraction);
    }
}

/// <summary>A file that could not be read, or only in part, for the summary at the end of a run.</summary>
/// <param name="Path">Its path, as in the manifest.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record SkippedFile(string Path, string Reason);

/// <summary>More of a data set's files are broken than <see cref="DataConfig.MaxBrokenFraction"/> allows.</summary>
public sealed class TooManyBrokenFilesException : Exception
{
    private const int Shown = 10;

    /// <summary>Creates the error.</summary>
    /// <param name="skipped">The broken files known.</param>
    /// <param name="files">Files in the data set.</param>
    /// <param name="allowedFraction">The limit that was passed.</param>
    public TooManyBrokenFilesException(IReadOnlyList<SkippedFile> skipped, int files, double allowedFraction)
        : base(Describe(skipped, files, allowedFraction)) =>
        Skipped = skipped;

    /// <summary>The broken files known so far.</summary>
    public IReadOnlyList<SkippedFile> Skipped { get; }

    private static string Describe(IReadOnlyList<SkippedFile> skipped, int files, double allowedFraction)
    {
        var list = string.Concat(skipped.Take(Shown).Select(s => $"\n  {s.Path}: {s.Reason}"));
        var more = skipped.Count > Shown ? $"\n  and {skipped.Count - Shown} more" : "";
        var allowed = string.Create(CultureInfo.InvariantCulture, $"{allowedFraction:0.###}");
        return $"{skipped.Count} of {files} video files cannot be read; data.max_broken_fraction allows a share of {allowed}, and never "
            + $"all. Mend or remove them, or raise the limit:{list}{more}";
    }
}

/// <summary>A file cannot be read now, though nothing says that it is broken: it is away, or every try took too long.</summary>
public sealed class VideoUnavailableException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="error">Of the last try.</param>
    /// <param name="tries">How often it was tried.</param>
    public VideoUnavailableException(VideoReadException error, int tries)
        : base($"'{error.Path}' cannot be read at present, after {tries} tries: {error.Reason}", error) => Path = error.Path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
