using System.Text;

namespace InternVideoNext.Notebooks;

/// <summary>Files that are either the old or the new one, never half of it. This project references no other, so it has its own.</summary>
internal static class AsideFile
{
    /// <summary>Writes UTF-8 text beside <paramref name="path"/>, flushes it and renames. Missing folders are made.</summary>
    public static void Write(string path, string text)
    {
        var target = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var aside = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, target, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
