namespace InternVideoNext.Checkpoints;

/// <summary>A safetensors file (or the index of a sharded checkpoint) that breaks the format, or doesn't hold what was asked for.</summary>
public sealed class SafetensorsException : IOException
{
    /// <summary>Creates the error; the message names the file, then the tensor if there is one, then what is wrong.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="tensorName">The tensor, or null if the file as a whole is at fault.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public SafetensorsException(string filePath, string? tensorName, string problem, Exception? innerException = null)
        : base(tensorName is null ? $"{filePath}: {problem}" : $"{filePath}, tensor '{Shorten(tensorName)}': {problem}", innerException)
    {
        FilePath = filePath;
        TensorName = tensorName;
        Problem = problem;
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>The tensor at fault, or null if it is the file as a whole.</summary>
    public string? TensorName { get; }

    /// <summary>What is wrong, without the file's and the tensor's name.</summary>
    public string Problem { get; }

    /// <summary>
    /// A name from a damaged file may be megabytes long or hold control characters: an error message doesn't repeat that.
    /// </summary>
    internal static string Shorten(string text)
    {
        const int Longest = 200;
        var start = text.Length <= Longest ? text : text[..Longest] + "...";
        return string.Concat(start.Select(c => char.IsControl(c) ? '?' : c));
    }
}
