using System.Globalization;

namespace InternVideoNext.Data;

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
