using System.Text.RegularExpressions;
using InternVideoNext.Notebooks.Kernel;

namespace InternVideoNext.Tests;

/// <summary>The C# of a Markdown page, run as the cells of one script: what a reader pastes into a notebook.</summary>
internal static partial class MarkdownCode
{
    /// <summary>The page's C# snippets, in order; directives that only load packages are left out.</summary>
    public static IReadOnlyList<string> Read(string page) =>
        [.. Fence().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "pages", page)))
            .Select(match =>
                string.Join('\n', match.Groups[1].Value.Split('\n').Where(line => !line.StartsWith("#r ", StringComparison.Ordinal))))];

    /// <summary>
    /// A file-based program as one snippet: its directives left out, the usings that the compiler would imply put in front, its arguments
    /// given.
    /// </summary>
    public static string ReadProgram(string file, params IEnumerable<string> arguments) => string.Join('\n',
    [
        "using System; using System.Collections.Generic; using System.IO; using System.Linq; using System.Threading; using "
            + "System.Threading.Tasks;",
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "pages", file))
            .Where(line => line.StartsWith("using ", StringComparison.Ordinal)),
        $"var args = new[] {{ {string.Join(", ", arguments.Select(a => $"@\"{a}\""))} }};",
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "pages", file))
            .Where(line => !line.StartsWith('#') && !line.StartsWith("using ", StringComparison.Ordinal)),
        "losses",
    ]);

    /// <summary>Runs the snippets in one session; a failure names the snippet and its line.</summary>
    /// <returns>The last snippet's value.</returns>
    public static async Task<object?> RunAsync(IReadOnlyList<string> snippets)
    {
        using var session = new NotebookSession(
        [
            typeof(TorchSharp.torch).Assembly, typeof(InternVideoNext.Training.Trainer).Assembly,
                typeof(InternVideoNext.Interactive.LineChart).Assembly,
            typeof(InternVideoNext.Ablations.AblationRows).Assembly, typeof(Microsoft.Data.Analysis.DataFrame).Assembly,
        ]);
        object? value = null;
        for (var i = 0; i < snippets.Count; i++)
        {
            try
            {
                value = await session.RunAsync(new KernelCell(i, snippets[i]));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                var told = NotebookSession.Describe(e, i);
                throw new InvalidOperationException(
                    $"snippet {i + 1}, line {told.Line}: {told.Name}: "
                    + $"{told.Text}\n{snippets[i].Split('\n').ElementAtOrDefault(told.Line - 1)}", e);
            }
        }
        return value;
    }

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
