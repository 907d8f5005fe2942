using System.Text;

namespace InternVideoNext.Runs;

/// <summary>
/// Takes off the end of a run's log what a resumed run is about to do again. What is taken off is first appended to
/// <c>metrics-cut.jsonl</c> beside the log: it may be all that is left of steps that are lost.
/// </summary>
internal static class LogCut
{
    /// <summary>Beside the log: everything that was ever cut off it.</summary>
    public const string FileName = "metrics-cut.jsonl";

    /// <summary>Shortens the log to the steps that are done.</summary>
    /// <param name="path">The log; made where missing.</param>
    /// <param name="step">Steps done.</param>
    /// <returns>The bytes it has now.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static long After(string path, long step)
    {
        using var log = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        var kept = LengthUpTo(log, step);
        if (kept == log.Length) return kept;
        log.Position = kept;
        using (var copy = new FileStream(
            Path.Combine(Path.GetDirectoryName(path)!, FileName), FileMode.Append, FileAccess.Write, FileShare.Read))
        {
            log.CopyTo(copy);
            copy.Flush(flushToDisk: true);
        }
        log.SetLength(kept);
        return kept;
    }

    // A line that is no step's counts as one of its neighbours': damage in the middle must not cost what follows it. A last line
    // that a kill cut short has no end, and goes.
    private static long LengthUpTo(FileStream log, long step)
    {
        var kept = 0L;
        foreach (var (line, end) in Lines(log))
        {
            if (MetricsFile.Parse(line) is not { } metrics) continue;
            if (metrics.Step > step) break;
            kept = end;
        }
        return kept;
    }

    // As bytes: damaged ones have no length as text.
    private static IEnumerable<(string Line, long End)> Lines(FileStream log)
    {
        using var line = new MemoryStream();
        for (var end = 1L; log.ReadByte() is >= 0 and var next; end++)
        {
            if (next != '\n')
            {
                line.WriteByte((byte)next);
                continue;
            }
            yield return (Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length), end);
            line.SetLength(0);
        }
    }
}
