using TorchSharp;

namespace InternVideoNext.Native;

/// <summary>
/// Where the native files lie, seen from TorchSharp.dll: an application has them beside it or under runtimes/,
/// .NET Interactive uses the NuGet cache as it is, Verso flattens each package to a folder "native".
/// </summary>
internal static class NativeLayout
{
    public const string BindingFile = "libLibTorchSharp.so";

    private const string Runtime = "runtimes/linux-x64/native";
    private static readonly string[] Packages = ["libtorch-cpu-linux-x64"];

    public static string? FindBinding(List<string> tried) =>
        Find(BindingFolders(), BindingFile, tried) is { } folder ? Path.Combine(folder, BindingFile) : null;

    public static string? FindLibTorch(List<string> tried) =>
        Find(BindingFolders().Concat(PackageFolders()), "libtorch_cpu.so", tried);

    public static bool HasLibTorch(string folder) => File.Exists(Path.Combine(folder, "libtorch_cpu.so"));

    /// <summary>libtorch's version: PyTorch's version.py beside lib/, or the package's own folder or deps entry.</summary>
    public static string? VersionOf(string? folder)
    {
        if (folder is null) return null;
        var python = Path.Combine(folder, "..", "version.py");
        if (File.Exists(python))
        {
            var line = File.ReadLines(python).FirstOrDefault(l => l.StartsWith("__version__", StringComparison.Ordinal));
            return line?.Split('=')[^1].Trim(' ', '\'', '"');
        }
        return VersionInPath(folder) ?? VersionInDependencies();
    }

    private static string? VersionInPath(string folder)
    {
        var parts = Path.GetFullPath(folder).Split('/');
        var at = Array.FindIndex(parts, Packages.Contains);
        return at >= 0 && at + 1 < parts.Length ? parts[at + 1] : null;
    }

    // An application's deps.json names every package with its version.
    private static string? VersionInDependencies()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.deps.json"))
        {
            var text = File.ReadAllText(file);
            var at = text.IndexOf(Packages[0] + "/", StringComparison.Ordinal);
            if (at >= 0) return text[(at + Packages[0].Length + 1)..text.IndexOf('"', at)];
        }
        return null;
    }

    private static string? Find(IEnumerable<string> folders, string file, List<string> tried)
    {
        foreach (var folder in folders.Select(Path.GetFullPath).Distinct())
        {
            tried.Add($"look for {file} in {folder}");
            if (File.Exists(Path.Combine(folder, file))) return folder;
        }
        return null;
    }

    private static string Home =>
        Path.GetDirectoryName(typeof(torch).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;

    private static IEnumerable<string> BindingFolders()
    {
        foreach (var start in (string[])[Home, AppContext.BaseDirectory])
            foreach (var below in (string[])["", Runtime, "native", "../../" + Runtime])
                yield return Path.Combine(start, below);
    }

    private static IEnumerable<string> PackageFolders()
    {
        // lib/net8.0/TorchSharp.dll in the NuGet cache lies four levels below the packages' common root; Verso's copy two.
        foreach (var root in (string[])["../../../..", "../.."])
            foreach (var package in Packages)
            {
                var versions = Path.GetFullPath(Path.Combine(Home, root, package));
                if (!Directory.Exists(versions)) continue;
                foreach (var version in Directory.EnumerateDirectories(versions).OrderDescending(StringComparer.Ordinal))
                {
                    yield return Path.Combine(version, Runtime);
                    yield return Path.Combine(version, "native");
                }
            }
    }
}
