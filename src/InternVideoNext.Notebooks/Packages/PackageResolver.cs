using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace InternVideoNext.Notebooks.Packages;

/// <summary>
/// Finds a notebook's packages by restoring a generated project, as .NET Interactive does: feeds come from the NuGet.config
/// files above the notebook, and the files are used where they lie, so that libtorch is found as it is there.
/// </summary>
/// <param name="cache">The folder for generated projects.</param>
internal sealed class PackageResolver(string cache)
{
    private const string Framework = "net10.0";

    /// <param name="directives">What the notebook asks for.</param>
    /// <param name="folder">The notebook's folder.</param>
    /// <param name="cancellation">Ends the restore.</param>
    /// <exception cref="NotebookException">A package cannot be had; the message holds what NuGet says.</exception>
    /// <exception cref="NotebookEnvironmentException">There is no .NET SDK.</exception>
    public async Task<ResolvedPackages> ResolveAsync(
        IReadOnlyList<PackageDirective> directives, string folder, CancellationToken cancellation)
    {
        if (directives.Count == 0) return ResolvedPackages.None;
        var project = Project(directives, folder);
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(project)))[..16];
        var home = Path.Combine(cache, key);
        var assets = Path.Combine(home, "obj", "project.assets.json");
        if (File.Exists(assets) && Read(assets) is { } known) return known;
        AsideFile.Write(Path.Combine(home, "notebook.csproj"), project);
        await RestoreAsync(home, cancellation).ConfigureAwait(false);
        return Read(assets)
            ?? throw new NotebookException($"'dotnet restore' in {home} left files out that it names. Delete that folder and try again.");
    }

    private static string Project(IReadOnlyList<PackageDirective> directives, string folder) => new XElement("Project",
        new XAttribute("Sdk", "Microsoft.NET.Sdk"),
        new XElement("PropertyGroup",
            new XElement("TargetFramework", Framework),
            new XElement("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier),
            new XElement("SelfContained", false),
            new XElement("UseAppHost", false),
            new XElement("NuGetAudit", false),
            new XElement("RestoreRootConfigDirectory", Path.GetFullPath(folder))),
        new XElement("ItemGroup", directives.Select(directive => new XElement("PackageReference",
            new XAttribute("Include", directive.Id), new XAttribute("Version", directive.Version))))).ToString();

    private static async Task RestoreAsync(string folder, CancellationToken cancellation)
    {
        var start = DotNet.Command("restore", "notebook.csproj", "--nologo", "-v", "quiet");
        start.WorkingDirectory = folder;
        var (code, output) = await DotNet.RunAsync(start, cancellation).ConfigureAwait(false);
        if (code == 0) return;
        var reasons = output.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Select(Shorten).Distinct()
            .ToList();
        throw new NotebookException(
            $"the packages cannot be restored:\n  {string.Join("\n  ", reasons.Count > 0 ? reasons : [output.Trim()])}");
    }

    // "/path/notebook.csproj : error NU1101: ... [/path/notebook.csproj]": the path says nothing to a reader.
    private static string Shorten(string line)
    {
        var at = line.IndexOf("error", StringComparison.Ordinal);
        var end = line.LastIndexOf(" [", StringComparison.Ordinal);
        return end > at ? line[at..end] : line[at..].Trim();
    }

    /// <summary>The files that NuGet's record of the restore names; null if one is no longer there.</summary>
    private static ResolvedPackages? Read(string assets)
    {
        var root = JsonNode.Parse(File.ReadAllText(assets))!;
        var folders = root["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        var target = root["targets"]![$"{Framework}/{RuntimeInformation.RuntimeIdentifier}"]!.AsObject();
        List<string> managed = [], native = [];
        foreach (var (library, assetsOf) in target)
        {
            var path = (string?)root["libraries"]![library]!["path"] ?? library;
            foreach (var (kind, list) in ((string, List<string>)[])[("runtime", managed), ("native", native)])
                foreach (
                    var file in (assetsOf![kind]?.AsObject() ?? []).Select(asset => asset.Key)
                    .Where(file => Path.GetFileName(file) != "_._"))
                {
                    if (folders.Select(folder => Path.Combine(folder, path, file))
                        .FirstOrDefault(File.Exists) is not { } found) return null;
                    list.Add(found);
                }
        }
        return new ResolvedPackages([.. managed.Where(file => file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))], native);
    }
}

/// <summary>The files of a notebook's packages and of all that they need, where they lie in the package cache.</summary>
/// <param name="Assemblies">Managed assemblies.</param>
/// <param name="NativeLibraries">Native libraries for this machine.</param>
internal sealed record ResolvedPackages(IReadOnlyList<string> Assemblies, IReadOnlyList<string> NativeLibraries)
{
    public static ResolvedPackages None { get; } = new([], []);
}
