using System.Text.RegularExpressions;
using InternVideoNext.Notebooks.Documents;
using InternVideoNext.Notebooks.Packages;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace InternVideoNext.Tests.Notebooks;

/// <summary>What every shipped notebook keeps to, so that it runs unchanged in each engine.</summary>
public sealed class ShippedNotebookTests
{
    public static TheoryData<string> Notebooks() =>
        [.. Directory.EnumerateFiles(Folder(), "*.ipynb").Select(path => Path.GetFileName(path)!).Order()];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Notebook_KeepsToWhatAllEnginesKnow(string name)
    {
        var notebook = Notebook.Read(Path.Combine(Folder(), name));
        var code = notebook.Cells.Where(cell => cell.Kind == CellKind.Code).Select(cell => cell.Source).ToList();
        Assert.Contains(
            PackageDirective.In(notebook), directive => directive.Id == "InternVideoNext.Interactive" && directive.Version == "0.1.0-*");
        Assert.All(code, source => Assert.DoesNotMatch(new Regex(@"(?<![.\w])(display|HTML)\(|Formatter\.|Console\.Error"), source));
        Assert.True(NotebookParameters.Declares(notebook, "size"));
        Assert.All(
            ["You will learn", "In the paper", "Time:", "Result:"],
            word => Assert.Contains(word, notebook.Cells[0].Source, StringComparison.Ordinal));
        Assert.StartsWith("## Exercises", notebook.Cells[^1].Source, StringComparison.Ordinal);
    }

    /// <summary>
    /// Cells are compiled without nullable reference types: an annotation of one is a warning, which .NET Interactive writes to standard
    /// error.
    /// </summary>
    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Notebook_AnnotatesNoReferenceAsNullable(string name)
    {
        string[] values = ["bool", "double", "float", "int", "long"];
        var notebook = Notebook.Read(Path.Combine(Folder(), name));
        var annotated = notebook.Cells.Where(cell => cell.Kind == CellKind.Code)
            .SelectMany(
                cell => CSharpSyntaxTree.ParseText(PackageDirective.Blank(cell.Source), new CSharpParseOptions(kind: SourceCodeKind.Script))
                .GetRoot().DescendantNodes())
            .OfType<NullableTypeSyntax>().Select(type => type.ElementType.ToString()).Except(values);
        Assert.Empty(annotated);
    }

    // Copied beside the tests by the project file.
    private static string Folder() => Path.Combine(AppContext.BaseDirectory, "notebooks");
}
