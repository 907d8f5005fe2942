using System.Text.RegularExpressions;
using InternVideoNext.Notebooks.Documents;

namespace InternVideoNext.Notebooks.Packages;

/// <summary>A line <c>#r "nuget: Id, Version"</c>.</summary>
/// <param name="Id">The package.</param>
/// <param name="Version">A version, or <c>*</c> for the newest.</param>
internal sealed partial record PackageDirective(string Id, string Version)
{
    /// <summary>The directives of a notebook's code cells, in order, each package once.</summary>
    /// <exception cref="NotebookException">
    /// A package is asked for in two versions, or a directive is one that not every engine takes.
    /// </exception>
    public static IReadOnlyList<PackageDirective> In(Notebook notebook)
    {
        var found = new Dictionary<string, PackageDirective>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < notebook.Cells.Count; index++)
        {
            if (notebook.Cells[index].Kind != CellKind.Code) continue;
            if (Foreign().Match(notebook.Cells[index].Source) is { Success: true } foreign)
                throw new NotebookException(
                    $"{notebook.Name}, cell {index + 1}: '{foreign.Value.Trim()}' is not understood. Feeds belong in a NuGet.config "
                    + "beside the notebook, other languages in Markdown.");
            foreach (Match match in Line().Matches(notebook.Cells[index].Source)) Add(match, index + 1);
        }
        return [.. found.Values];

        void Add(Match match, int cell)
        {
            var directive = new PackageDirective(
                match.Groups["id"].Value, match.Groups["version"] is { Success: true } version ? version.Value : "*");
            if (!found.TryAdd(directive.Id, directive) && found[directive.Id].Version != directive.Version)
                throw new NotebookException(
                    $"{notebook.Name}, cell {cell}: {directive.Id} {directive.Version} is asked for, but an earlier cell asks for "
                    + $"{found[directive.Id].Version}.");
        }
    }

    /// <summary>The packages that a notebook names, whatever else it holds that only some engines take.</summary>
    public static IReadOnlySet<string> Ids(Notebook notebook) => notebook.Cells.Where(cell => cell.Kind == CellKind.Code)
        .SelectMany(cell => Line().Matches(cell.Source)).Select(match => match.Groups["id"].Value)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The source with its package directives blanked; line numbers stay.</summary>
    public static string Blank(string source) => Line().Replace(source, "");

    [GeneratedRegex("""^[ \t]*#r[ \t]+"nuget:[ \t]*(?<id>[A-Za-z0-9_.\-]+)[ \t]*(?:,[ \t]*(?<version>[^"\s]+)[ \t]*)?"[^\n]*$""", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("""^[ \t]*#(?:i[ \t]+"|!)[^\n]*$""", RegexOptions.Multiline)]
    private static partial Regex Foreign();
}
