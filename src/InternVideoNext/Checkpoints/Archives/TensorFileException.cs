namespace InternVideoNext.Checkpoints;

/// <summary>A pickle or NumPy file that breaks its format, asks for what is not done here, or doesn't hold what was asked for.</summary>
public sealed class TensorFileException : IOException
{
    /// <summary>Creates the error; the message names the file, then the part of it if there is one, then what is wrong.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="part">An entry of the archive, a tensor, a place in the pickle; null if the file as a whole is at fault.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public TensorFileException(string filePath, string? part, string problem, Exception? innerException = null)
        : base($"{filePath}{(part is null ? "" : $", {SafetensorsException.Shorten(part)}")}: {problem}", innerException) =>
        (FilePath, Problem) = (filePath, problem);

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>What is wrong, without the file's name.</summary>
    public string Problem { get; }
}
