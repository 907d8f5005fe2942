using InternVideoNext.Cli.Packaging;

namespace InternVideoNext.Tests.Cli.Packaging;

public sealed class PackageVersionTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public PackageVersionTests()
    {
        File.WriteAllText(_root["Directory.Build.props"], "<Project><PropertyGroup><Version>1.2.3</Version></PropertyGroup></Project>");
        foreach (var name in (string[])["Directory.Packages.props", "global.json"]) File.WriteAllText(_root[name], "");
        Directory.CreateDirectory(_root["src/A/bin"]);
        File.WriteAllText(_root["src/A/A.cs"], "one");
    }

    [Fact]
    public void Of_SameSources_IsTheSameAndAPrereleaseOfTheNextVersion()
    {
        var version = PackageVersion.Of(_root.Path);
        File.WriteAllText(_root["src/A/bin/A.dll"], "built");
        Assert.Equal(version, PackageVersion.Of(_root.Path));
        Assert.Matches("^1\\.2\\.3-local\\.h[0-9a-f]{10}$", version);
    }

    [Theory]
    [InlineData("src/A/A.cs")]
    [InlineData("src/A/B.cs")]
    [InlineData("global.json")]
    public void Of_OtherSources_IsAnother(string changed)
    {
        var version = PackageVersion.Of(_root.Path);
        File.WriteAllText(_root[changed], "two");
        Assert.NotEqual(version, PackageVersion.Of(_root.Path));
    }

    [Fact]
    public void Pins_OtherVersion_IsReplacedAndNothingElse()
    {
        var file = _root["a.ipynb"];
        File.WriteAllText(file, """["#r \"nuget: InternVideoNext.Interactive, 0.1.0\"\n", "#r \"nuget: libtorch-cpu-linux-x64, 2.10.0\""]""");
        Assert.Equal(["a.ipynb"], NotebookPins.Set(_root.Path, "0.1.0-local.h1"));
        Assert.Equal("""["#r \"nuget: InternVideoNext.Interactive, 0.1.0-local.h1\"\n", "#r \"nuget: libtorch-cpu-linux-x64, 2.10.0\""]""", File.ReadAllText(file));
        Assert.Empty(NotebookPins.Set(_root.Path, "0.1.0-local.h1"));
    }

    public void Dispose() => _root.Dispose();
}
