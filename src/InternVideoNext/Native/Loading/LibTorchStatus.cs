namespace InternVideoNext.Native;

/// <summary>How libtorch came to be loaded in this process.</summary>
/// <param name="Origin">Who decided the place: the packages, or the environment variable.</param>
/// <param name="Directory">The folder the libtorch files were taken from; null where the system's loader chose.</param>
/// <param name="Version">libtorch's version as its files state it, or null where they do not.</param>
/// <param name="BindingPath">TorchSharp's native library in use; a private copy where the packaged one does not load.</param>
/// <param name="IsCuredCopy">Whether <paramref name="BindingPath"/> is the private copy for systems older than GCC 13.</param>
/// <param name="Failure">Why nothing could be loaded; null when all is well.</param>
public sealed record LibTorchStatus(
    LibTorchOrigin Origin, string? Directory, string? Version, string? BindingPath, bool IsCuredCopy, LibTorchLoadException? Failure);

/// <summary>Where libtorch was taken from.</summary>
public enum LibTorchOrigin
{
    /// <summary>The NuGet package of the application.</summary>
    Package,

    /// <summary>The folder in the environment variable <c>IVNEXT_LIBTORCH</c>: an installed PyTorch's <c>torch/lib</c>.</summary>
    EnvironmentVariable,

    /// <summary>The system's library path (LD_LIBRARY_PATH).</summary>
    LibraryPath,
}
