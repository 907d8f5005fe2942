using System.Security.Cryptography;
using InternVideoNext.Foundation;

namespace InternVideoNext.Native;

/// <summary>Keeps the private, marked copy of TorchSharp's native library in the user's cache folder.</summary>
internal static class CuredCopy
{
    /// <summary>The copy's path; made on first use, named by the original's content.</summary>
    /// <param name="original">TorchSharp's packaged native library; only read.</param>
    /// <param name="version">The symbol version to mark weak.</param>
    public static string Of(string original, string version)
    {
        var image = File.ReadAllBytes(original);
        var key = Convert.ToHexString(SHA256.HashData(image))[..16];
        foreach (var root in CacheRoots())
        {
            var path = Path.Combine(root, "ivnext", "native", key, Path.GetFileName(original));
            if (File.Exists(path) && new FileInfo(path).Length == image.Length) return path;
            try
            {
                Write(path, image, version);
                return path;
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException && root != CacheRoots().Last())
            {
                // A read-only home folder: the next root may do.
            }
        }
        throw new IOException("no cache folder can be written");
    }

    private static void Write(string path, byte[] image, string version)
    {
        ElfVersionPatch.MakeWeak(image, version);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var aside = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}";
        File.WriteAllBytes(aside, image);
        File.Move(aside, path, overwrite: true);
    }

    private static IEnumerable<string> CacheRoots() => [UserCache.Home, Path.GetTempPath()];
}
