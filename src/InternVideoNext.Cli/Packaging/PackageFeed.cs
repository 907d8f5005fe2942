using InternVideoNext.Notebooks;

namespace InternVideoNext.Cli.Packaging;

/// <summary>A folder of packages packed from this checkout; one version at a time.</summary>
/// <param name="root">The repository's folder.</param>
/// <param name="folder">The feed.</param>
internal sealed class PackageFeed(string root, string folder)
{
    /// <summary>The packages that notebooks load.</summary>
    public static IReadOnlyList<string> Libraries { get; } = [
        "InternVideoNext", "InternVideoNext.Lab", "InternVideoNext.Interactive", "InternVideoNext.Weights"];

    private static readonly (string Package, string Project)[] All =
        [.. Libraries.Select(name => (name, name)), ("ivnext", "InternVideoNext.Cli")];

    /// <summary>Where <c>ivnext pack</c> puts packages, and where notebooks/NuGet.config looks for them.</summary>
    public static string DefaultFolder(string root) => Path.Combine(root, "artifacts", "feed");

    /// <summary>Packs what the feed does not hold yet, and removes what other versions left.</summary>
    /// <param name="version">From <see cref="PackageVersion"/>.</param>
    /// <param name="withTool">Whether the command line is packed too: it holds libtorch, and takes a minute or two.</param>
    /// <param name="log">Told what happens.</param>
    /// <param name="cancellation">Ends the build.</param>
    /// <returns>The files of this version.</returns>
    /// <exception cref="IOException">A package could not be built; the message holds the build's errors.</exception>
    public async Task<IReadOnlyList<string>> FillAsync(string version, bool withTool, TextWriter log, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        foreach (var (package, project) in All)
        {
            if (File.Exists(PathOf(package, version)) || (package == "ivnext" && !withTool)) continue;
            await log.WriteLineAsync($"packing {package} {version} ...").ConfigureAwait(false);
            await PackAsync(project, version, cancellation).ConfigureAwait(false);
        }
        foreach (
            var file in Directory.EnumerateFiles(folder)
            .Where(file => file.Contains("-local.", StringComparison.Ordinal) && !file.Contains(version, StringComparison.Ordinal)))
            File.Delete(file);
        return [.. Directory.EnumerateFiles(folder, $"*{version}*").Order(StringComparer.Ordinal)];
    }

    private string PathOf(string package, string version) => Path.Combine(folder, $"{package}.{version}.nupkg");

    // Its own artifacts folder: the program that is running now was loaded from the usual one.
    private async Task PackAsync(string project, string version, CancellationToken cancellation)
    {
        var aside = Path.Combine(folder, ".partial");
        var start = DotNet.Command(
            "pack", Path.Combine(root, "src", project), "-c", "Release", "--nologo", "-v", "quiet", $"-p:Version={version}",
            "-p:RunAnalyzers=false", "--artifacts-path", Path.Combine(root, "artifacts", "pack"), "-o", aside);
        start.WorkingDirectory = root;
        try
        {
            var (code, output) = await DotNet.RunAsync(start, cancellation).ConfigureAwait(false);
            if (code != 0) throw new IOException($"'dotnet pack' of {project} failed:\n{output.Trim()}");
            // The symbols first: a package that is there is complete.
            foreach (var file in Directory.EnumerateFiles(aside).OrderBy(file => file.EndsWith(".nupkg", StringComparison.Ordinal)))
                File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
        finally
        {
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        }
    }
}
