using System.Text.RegularExpressions;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Packaging;

/// <summary>The exact versions of our packages that notebooks name, as every engine understands them.</summary>
internal static partial class NotebookPins
{
    /// <summary>Writes <paramref name="version"/> into every notebook of a folder that names another one.</summary>
    /// <returns>The names of the notebooks that changed.</returns>
    public static IReadOnlyList<string> Set(string folder, string version)
    {
        if (!Directory.Exists(folder)) return [];
        var changed = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.ipynb").Order(StringComparer.Ordinal))
        {
            var before = File.ReadAllText(file);
            var after = Pin().Replace(before, match => match.Groups["package"].Value + version);
            if (before == after) continue;
            AsideFile.Write(file, after);
            changed.Add(Path.GetFileName(file));
        }
        return changed;
    }

    // Inside JSON the quotation marks of #r "nuget: ..." are escaped.
    [GeneratedRegex("""(?<package>#r \\"nuget:\s*InternVideoNext(?:\.(?:Interactive|Weights))?\s*,\s*)[^"\\\s]+""")]
    private static partial Regex Pin();
}
