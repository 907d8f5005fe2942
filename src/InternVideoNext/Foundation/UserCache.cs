namespace InternVideoNext.Foundation;

/// <summary>
/// The user's cache: <c>XDG_CACHE_HOME</c> where that is an absolute path (others are to be ignored, says the XDG specification), else
/// <c>.cache</c> in the home folder. This package keeps what it can make or fetch again below <c>ivnext</c> there. It is never a
/// place that several users share, nor one that depends on where the program is started: what lies there is trusted.
/// </summary>
internal static class UserCache
{
    /// <summary>This package's folder for one purpose; it need not exist.</summary>
    /// <param name="purpose">For example <c>weights</c>.</param>
    /// <exception cref="IOException">The user has no home folder.</exception>
    public static string Folder(string purpose) => FolderOf(purpose, Environment.GetEnvironmentVariable);

    /// <summary>As <see cref="Folder"/>, of other variables.</summary>
    internal static string FolderOf(string purpose, Func<string, string?> variable) =>
        Path.Combine(HomeOf(variable), "ivnext", purpose);

    private static string HomeOf(Func<string, string?> variable)
    {
        if (Rooted(variable("XDG_CACHE_HOME")) is { } given) return given;
        var home = Rooted(variable("HOME")) ?? Rooted(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
            ?? throw new IOException("this user has no home folder; name one for caches by XDG_CACHE_HOME, as an absolute path");
        return Path.Combine(home, ".cache");
    }

    private static string? Rooted(string? path) => Path.IsPathFullyQualified(path ?? "") ? path : null;
}
