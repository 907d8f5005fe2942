using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace InternVideoNext.Cli.Packaging;

/// <summary>Packages that are made together and have one version.</summary>
/// <param name="Packages">Their ids, with the project of each under <c>src</c>.</param>
/// <param name="Sources">What goes into them: folders and files of the repository.</param>
internal sealed record PackageGroup(IReadOnlyList<(string Id, string Project)> Packages, IReadOnlyList<string> Sources)
{
    private const int HashDigits = 10;
    private static readonly string[] Build = ["Directory.Build.props", "Directory.Packages.props", "global.json", "src/Package.props"];

    /// <summary>The library, and how it shows itself.</summary>
    public static PackageGroup Libraries { get; } = Of(
        [.. Build, "data-manifests"], "InternVideoNext", "InternVideoNext.Lab", "InternVideoNext.Interactive",
        "InternVideoNext.DotNetInteractive");

    /// <summary>Trained models and results: files alone, packed only when one of them has changed.</summary>
    public static PackageGroup Weights { get; } = Of([], "InternVideoNext.Weights");

    /// <summary>The command line. It holds libtorch, and takes a minute or two.</summary>
    public static PackageGroup Tool { get; } = new([("ivnext", "InternVideoNext.Cli")], [.. Build, "src", "data-manifests"]);

    /// <summary>
    /// The version of a local package: the next release's number and a hash of all that goes into it. The same sources give the same
    /// version, other sources another one, so that no engine's package cache can be stale.
    /// </summary>
    /// <param name="root">The repository's folder.</param>
    public string LocalVersion(string root)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Sources.SelectMany(source => Files(root, source)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(root, file) + "\n"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }
        // A letter first: an identifier of digits alone may not begin with 0.
        var digits = Convert.ToHexString(hash.GetHashAndReset())[..HashDigits].ToLower(CultureInfo.InvariantCulture);
        return $"{Release(root)}-local.h{digits}";
    }

    /// <summary>The number of the next release.</summary>
    public static string Release(string root) =>
        XDocument.Load(Path.Combine(root, "Directory.Build.props")).Descendants("Version").First().Value;

    private static PackageGroup Of(IReadOnlyList<string> sources, params string[] projects) =>
        new([.. projects.Select(project => (project, project))], [.. projects.Select(project => $"src/{project}"), .. sources]);

    private static IEnumerable<string> Files(string root, string source)
    {
        var path = Path.Combine(root, source);
        if (!Directory.Exists(path)) return File.Exists(path) ? [path] : [];
        return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);
    }
}
