using System.Collections.Concurrent;

namespace InternVideoNext.Data;

/// <summary>The broken files of a data set, each counted once. Thread-safe.</summary>
/// <param name="files">Distinct files in the data set.</param>
/// <param name="allowedFraction">Share of them that may be broken.</param>
internal sealed class SkippedFiles(int files, double allowedFraction)
{
    private readonly ConcurrentDictionary<string, (string Reason, bool IsFinal)> _known = new(StringComparer.Ordinal);

    /// <summary>In order of path.</summary>
    public IReadOnlyList<SkippedFile> Report =>
        [.. _known.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => new SkippedFile(k.Key, k.Value.Reason))];

    /// <summary>Whether trying the file again is of no use.</summary>
    /// <exception cref="TooManyBrokenFilesException">Too many are broken already, so that going on would find none at last.</exception>
    public bool IsHopeless(string path)
    {
        if (!_known.TryGetValue(path, out var known) || !known.IsFinal) return false;
        Check();
        return true;
    }

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
