using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Options;

/// <summary>Looks at a file to be written before the work that it is for: a result that cannot be kept is not worth an hour.</summary>
internal static class OutputPath
{
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file; its folder is made where missing. Null: none is asked for.</param>
    /// <exception cref="ConfigurationException">A folder has this name.</exception>
    /// <exception cref="IOException">The file cannot be written there.</exception>
    public static void Require(string option, string? path)
    {
        if (path is null) return;
        if (Directory.Exists(path)) throw new ConfigurationException($"{option} {path}: it is a folder; name a file");
        if (AsideFile.IsDevice(path)) throw new ConfigurationException($"{option} {path}: it is a device; name a file");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            Directory.CreateDirectory(folder);
            var aside = Path.Combine(folder, Path.GetRandomFileName());
            using (new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
                // That it can be made is all that is asked.
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option} {path}: it cannot be written: {e.Message}", e);
        }
    }
}
