using System.Text.Json;
using InternVideoNext.Notebooks;

namespace InternVideoNext.Cli.Packaging;

/// <summary>A folder of packages packed from this checkout; of each package one version at a time.</summary>
/// <param name="root">The repository's folder.</param>
/// <param name="folder">The feed.</param>
internal sealed class PackageFeed(string root, string folder)
{
    /// <summary>Where <c>ivnext pack</c> puts packages, and where notebooks/NuGet.config looks for them.</summary>
    public static string DefaultFolder(string root) => Path.Combine(root, "artifacts", "feed");

    /// <summary>
    /// Packs what the feed does not hold yet of a group, and removes what other versions of it left. Local packages are for this
    /// machine's newest runtime alone, without symbols: a change to the library costs one build.
    /// </summary>
    /// <returns>The group's version.</returns>
    /// <exception cref="IOException">A package could not be built; the message holds the build's errors.</exception>
    public async Task<string> FillAsync(PackageGroup group, TextWriter log, CancellationToken cancellation)
    {
        var version = group.LocalVersion(root);
        Directory.CreateDirectory(folder);
        if (!group.Packages.All(package => File.Exists(PathOf(package.Id, version))))
        {
            await log.WriteLineAsync($"packing {string.Join(", ", group.Packages.Select(package => package.Id))} {version} ...")
                .ConfigureAwait(false);
            await PackAsync(group, version, cancellation, "-p:LibraryFrameworks=net10.0", "-p:IncludeSymbols=false",
                "-p:EnablePackageValidation=false", "-p:RunAnalyzers=false").ConfigureAwait(false);
        }
        foreach (var (id, _) in group.Packages)
            foreach (
                var file in Directory.EnumerateFiles(folder, $"{id}.*-local.*")
                .Where(file => IsOf(id, file) && !Path.GetFileName(file).StartsWith($"{id}.{version}.", StringComparison.Ordinal)))
                File.Delete(file);
        return version;
    }

    /// <summary>Packs a group as it is released: under the release's number, for every runtime, checked and with symbols.</summary>
    /// <exception cref="IOException">A package could not be built; the message holds the build's errors.</exception>
    public async Task ReleaseAsync(PackageGroup group, TextWriter log, CancellationToken cancellation)
    {
        var version = PackageGroup.Release(root);
        await log.WriteLineAsync($"packing {string.Join(", ", group.Packages.Select(package => package.Id))} {version} ...")
            .ConfigureAwait(false);
        await PackAsync(group, version, cancellation).ConfigureAwait(false);
    }

    /// <summary>A package's file.</summary>
    public string PathOf(string id, string version) => Path.Combine(folder, $"{id}.{version}.nupkg");

    // "InternVideoNext.*" matches the files of InternVideoNext.Lab too: a version begins with a digit.
    private static bool IsOf(string id, string file) => char.IsAsciiDigit(Path.GetFileName(file)[id.Length + 1]);

    // Its own artifacts folder: the program that is running now was loaded from the usual one. Assemblies keep their version, so that
    // only what has changed is compiled again.
    private async Task PackAsync(PackageGroup group, string version, CancellationToken cancellation, params string[] properties)
    {
        var (aside, work) = (Path.Combine(folder, ".partial"), Path.Combine(root, "artifacts", "pack"));
        Directory.CreateDirectory(work);
        var filter = Path.Combine(work, $"{group.Packages[0].Id}.slnf");
        await File.WriteAllTextAsync(filter, Filter(group), cancellation).ConfigureAwait(false);
        var start = DotNet.Command(
            "pack", filter, "-c", "Release", "--nologo", "-v", "quiet", $"-p:PackageVersion={version}", "--artifacts-path", work,
            "-o", aside);
        foreach (var property in properties) start.ArgumentList.Add(property);
        start.WorkingDirectory = root;
        try
        {
            var (code, output) = await DotNet.RunAsync(start, cancellation).ConfigureAwait(false);
            if (code != 0) throw new IOException($"'dotnet pack' of {group.Packages[0].Id} failed:\n{output.Trim()}");
            // The symbols first: a package that is there is complete.
            foreach (var file in Directory.EnumerateFiles(aside).OrderBy(file => file.EndsWith(".nupkg", StringComparison.Ordinal)))
                File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
        finally
        {
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        }
    }

    private static string Filter(PackageGroup group) => JsonSerializer.Serialize(new
    {
        solution = new
        {
            path = "../../InternVideoNext.sln",
            projects = group.Packages.Select(package => $"src\\{package.Project}\\{package.Project}.csproj"),
        },
    });
}
