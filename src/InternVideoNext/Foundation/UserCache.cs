namespace InternVideoNext.Foundation;

/// <summary>
/// The user's cache: <c>XDG_CACHE_HOME</c> where that is an absolute path (others are to be ignored, says the XDG specification), else
/// <c>.cache</c> in the home folder. This package keeps what it can make or fetch again below <c>ivnext</c> there.
/// </summary>
internal static class UserCache
{
    /// <summary>The folder of all programs' caches.</summary>
    public static string Home => HomeOf(Environment.GetEnvironmentVariable);

    /// <summary>This package's folder for one purpose; it need not exist.</summary>
    /// <param name="purpose">For example <c>weights</c>.</param>
    public static string Folder(string purpose) => FolderOf(purpose, Environment.GetEnvironmentVariable);

    /// <summary>As <see cref="Folder"/>, of other variables.</summary>
    internal static string FolderOf(string purpose, Func<string, string?> variable) =>
        Path.Combine(HomeOf(variable), "ivnext", purpose);

    private static string HomeOf(Func<string, string?> variable)
    {
        if (variable("XDG_CACHE_HOME") is { Length: > 0 } given && Path.IsPathRooted(given)) return given;
        var home = variable("HOME") is { Length: > 0 } named ? named : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home, ".cache");
    }
}
