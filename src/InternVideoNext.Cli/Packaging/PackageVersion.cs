using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace InternVideoNext.Cli.Packaging;

/// <summary>
/// The version of locally packed packages: the next release's number and a hash of everything that goes into them. The same
/// sources give the same version, other sources another one, so that no engine's package cache can be stale.
/// </summary>
internal static class PackageVersion
{
    private const int HashDigits = 10;
    private static readonly string[] Shared = ["Directory.Build.props", "Directory.Packages.props", "global.json"];

    /// <param name="root">The repository's folder.</param>
    public static string Of(string root)
    {
        var number = XDocument.Load(Path.Combine(root, "Directory.Build.props")).Descendants("Version").First().Value;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Shared.Select(name => Path.Combine(root, name)).Concat(Sources(Path.Combine(root, "src"))))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(root, file) + "\n"));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }
        // A letter first: an identifier of digits alone may not begin with 0.
        var digits = Convert.ToHexString(hash.GetHashAndReset())[..HashDigits].ToLower(CultureInfo.InvariantCulture);
        return $"{number}-local.h{digits}";
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Order(StringComparer.Ordinal);
}
