using System.IO.Enumeration;

namespace InternVideoNext.Data;

/// <summary>Finds the video files of a folder.</summary>
internal static class VideoFolder
{
    /// <summary>The files that are taken for videos.</summary>
    public static IReadOnlySet<string> Extensions { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        ".3g2", ".3gp", ".amv", ".asf", ".av1", ".avi", ".divx", ".dv", ".f4v", ".flv", ".gif", ".h264", ".264", ".h265", ".265", ".hevc",
        ".ivf", ".m1v", ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mjpg", ".mk3d", ".mkv", ".mov", ".mp4", ".mpe", ".mpeg", ".mpg", ".mpv",
        ".mts", ".mxf", ".nut", ".obu", ".ogg", ".ogm", ".ogv", ".qt", ".rm", ".rmvb", ".swf", ".ts", ".vob", ".webm", ".wmv", ".wtv",
            ".y4m",
    };

    public static Manifest Scan(string directory)
    {
        if (!Directory.Exists(directory)) throw new ManifestException($"'{directory}': no such folder.");
        var root = Path.GetFullPath(directory);
        var paths = Videos(root).Select(p => Path.GetRelativePath(root, p).Replace(Path.DirectorySeparatorChar, '/')).ToArray();
        if (paths.Length == 0)
        {
            throw new ManifestException(
                $"'{directory}' holds no video file. Looked for {string.Join(' ', Extensions.Order(StringComparer.Ordinal))} in it and "
                + "its subfolders.");
        }
        Array.Sort(paths, StringComparer.Ordinal);
        return new Manifest
        {
            Name = new DirectoryInfo(root).Name,
            Root = root,
            Entries = [.. paths.Select(p => new ManifestEntry { Id = p, Path = p })],
        };
    }

    private static FileSystemEnumerable<string> Videos(string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        return new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => entry.ToFullPath(), options)
        {
            // "._name" files are the metadata that macOS leaves beside videos on foreign disks.
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory
                && !entry.FileName.StartsWith("._", StringComparison.Ordinal)
                && Extensions.Contains(Path.GetExtension(entry.FileName).ToString()),
            // A linked folder may lead back to its parent.
            ShouldRecursePredicate = (ref FileSystemEntry entry) => entry.FileName[0] != '.'
                && (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
    }
}
