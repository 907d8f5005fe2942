using InternVideoNext.Notebooks;
using InternVideoNext.Notebooks.Documents;
using InternVideoNext.Notebooks.Packages;

namespace InternVideoNext.Tests.Notebooks;

public sealed class PackageDirectiveTests
{
    [Fact]
    public void In_SeveralCells_FindsEachPackageOnce()
    {
        var notebook = Parse("#r \"nuget: A.B, 1.2.3\"\nvar x = 1;", "#r \"nuget:C\"", "#r \"nuget: A.B, 1.2.3\"");
        Assert.Equal([new("A.B", "1.2.3"), new("C", "*")], PackageDirective.In(notebook));
    }

    [Fact]
    public void In_TwoVersionsOfOnePackage_IsRefused()
    {
        var error = Assert.Throws<NotebookException>(() => PackageDirective.In(Parse("#r \"nuget: A, 1\"", "#r \"nuget: A, 2\"")));
        Assert.Contains("cell 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#i \"nuget:/feed\"")]
    [InlineData("#!markdown")]
    public void In_WhatNotEveryEngineTakes_IsRefused(string line) =>
        Assert.Throws<NotebookException>(() => PackageDirective.In(Parse(line)));

    [Fact]
    public void Blank_KeepsTheOtherLinesInPlace() =>
        Assert.Equal("\n#r \"local.dll\"\nvar x = 1;", PackageDirective.Blank("#r \"nuget: A, 1\"\n#r \"local.dll\"\nvar x = 1;"));

    private static Notebook Parse(params string[] cells) =>
        Notebook.Parse(NotebookText.Of([.. cells.Select(cell => NotebookText.Code(cell))]), "n.ipynb");
}
