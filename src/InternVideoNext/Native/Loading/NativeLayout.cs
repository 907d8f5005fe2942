using System.IO.Enumeration;
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
    private const string CpuPackage = "libtorch-cpu-linux-x64";

    // Of CUDA's there are several, with parts of it in each: libtorch-cuda-12.8-linux-x64-part1, -part2-primary, ...
    private const string CudaPackages = "libtorch-cuda-*linux-x64*";

    public static string? FindBinding(List<string> tried) =>
        Find(BindingFolders(), BindingFile, tried) is { } folder ? Path.Combine(folder, BindingFile) : null;

    public static string? FindLibTorch(List<string> tried) =>
        Find(BindingFolders().Concat(PackageFolders()), "libtorch_cpu.so", tried);

    public static bool HasLibTorch(string folder) => File.Exists(Path.Combine(folder, "libtorch_cpu.so"));

    /// <summary>Whether CUDA's half of a libtorch is there.</summary>
    public static bool HasCuda(string folder) => FindLibrary("libtorch_cuda.so", folder) is not null;

    /// <summary>
    /// One of libtorch's libraries: in its folder, or in another part of the same package; null where neither has it.
    /// </summary>
    /// <param name="file">The library's file name.</param>
    /// <param name="folder">Where libtorch_cpu.so lies.</param>
    public static string? FindLibrary(string file, string folder) =>
        PartsOf(folder).Prepend(folder).Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists);

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
        var archive = Path.Combine(folder, "..", "build-version"); // of libtorch as PyTorch's site offers it
        if (File.Exists(archive)) return File.ReadAllText(archive).Trim();
        return VersionInPath(folder) ?? VersionInDependencies();
    }

    private static string? VersionInPath(string folder)
    {
        var parts = Path.GetFullPath(folder).Split('/');
        var at = Array.FindIndex(parts, IsPackage);
        return at >= 0 && at + 1 < parts.Length ? parts[at + 1] : null;
    }

    private static bool IsPackage(string name) => name == CpuPackage || FileSystemName.MatchesSimpleExpression(CudaPackages, name);

    // An application's deps.json names every package with its version: "name/version".
    private static string? VersionInDependencies() =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*.deps.json").SelectMany(file => File.ReadAllText(file).Split('"'))
            .Select(text => text.Split('/')).FirstOrDefault(parts => parts.Length == 2 && IsPackage(parts[0]))?[1];

    // In the NuGet cache: .../libtorch-cuda-12.8-linux-x64-part1/2.10.0/runtimes/linux-x64/native, and its siblings.
    private static IEnumerable<string> PartsOf(string folder)
    {
        var parts = Path.GetFullPath(folder).Split('/');
        var at = Array.FindIndex(parts, IsPackage);
        if (at < 0 || parts[at] == CpuPackage) return [];
        var below = string.Join('/', parts[(at + 1)..]);
        return Directory.EnumerateDirectories(string.Join('/', parts[..at]), CudaPackages).Order(StringComparer.Ordinal)
            .Select(package => Path.Combine(package, below));
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
        {
            var packages = Path.GetFullPath(Path.Combine(Home, root));
            if (!Directory.Exists(packages)) continue;
            foreach (var versions in Directory.EnumerateDirectories(packages, CudaPackages).Prepend(Path.Combine(packages, CpuPackage)))
            {
                if (!Directory.Exists(versions)) continue;
                foreach (var version in Directory.EnumerateDirectories(versions).OrderDescending(StringComparer.Ordinal))
                {
                    yield return Path.Combine(version, Runtime);
                    yield return Path.Combine(version, "native");
                }
            }
        }
    }
}
