namespace InternVideoNext.Data;

/// <summary>A manifest, or a folder taken for one, cannot be used. The message names the file, the line or entry, and the remedy.</summary>
public sealed class ManifestException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public ManifestException(string message) : base(message) { }

    /// <summary>Creates the error with the whole message and its cause.</summary>
    public ManifestException(string message, Exception innerException) : base(message, innerException) { }
}
