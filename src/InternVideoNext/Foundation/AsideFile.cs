namespace InternVideoNext.Foundation;

/// <summary>Replaces a file in one step: its content is written to a temporary file beside it, flushed to disk, and renamed.</summary>
internal static class AsideFile
{
    /// <summary>Writes text as UTF-8.</summary>
    public static void Write(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether a path is one of the system's own, such as <c>/dev/null</c>.</summary>
    public static bool IsDevice(string path) =>
        ((string[])["/dev/", "/proc/", "/sys/"]).Any(system => Path.GetFullPath(path).StartsWith(system, StringComparison.Ordinal));

    /// <summary>Writes the file; if <paramref name="write"/> throws, the temporary file is removed and the old file stays.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var target = Path.GetFullPath(path);
        if (IsDevice(target)) throw new IOException($"{path}: it is a device, which a rename would replace; name a file");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var aside = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, target, overwrite: true);
        }
        finally
        {
            File.Delete(aside); // Gone already after the move; this is for the failures.
        }
    }
}
