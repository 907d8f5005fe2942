namespace InternVideoNext.Native;

/// <summary>
/// libtorch, or TorchSharp's native library on top of it, could not be loaded. The message says what was tried and what to do.
/// </summary>
public sealed class LibTorchLoadException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public LibTorchLoadException(string message) : base(message) { }

    /// <summary>Creates the error with the whole message and the loader's own error.</summary>
    public LibTorchLoadException(string message, Exception innerException) : base(message, innerException) { }
}
