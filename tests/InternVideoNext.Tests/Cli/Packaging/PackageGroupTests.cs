using InternVideoNext.Cli.Packaging;

namespace InternVideoNext.Tests.Cli.Packaging;

public sealed class PackageGroupTests : IDisposable
{
    private static readonly PackageGroup Group = new([("A", "A")], ["src/A", "manifests", "global.json"]);

    private readonly TemporaryFolder _root = new();

    public PackageGroupTests()
    {
        File.WriteAllText(_root["Directory.Build.props"], "<Project><PropertyGroup><Version>1.2.3</Version></PropertyGroup></Project>");
        foreach (var name in (string[])["Directory.Packages.props", "global.json"]) File.WriteAllText(_root[name], "");
        foreach (var folder in (string[])["src/A/bin", "src/B", "manifests"]) Directory.CreateDirectory(_root[folder]);
        File.WriteAllText(_root["src/A/A.cs"], "one");
    }

    [Theory]
    [InlineData("src/A/bin/A.dll")]
    [InlineData("src/B/B.cs")]
    public void LocalVersion_SameSources_IsTheSameAndAPrereleaseOfTheNextVersion(string other)
    {
        var version = Group.LocalVersion(_root.Path);
        File.WriteAllText(_root[other], "built, or of another package");
        Assert.Equal(version, Group.LocalVersion(_root.Path));
        Assert.Matches("^1\\.2\\.3-local\\.h[0-9a-f]{10}$", version);
    }

    [Theory]
    [InlineData("src/A/A.cs")]
    [InlineData("src/A/B.cs")]
    [InlineData("manifests/a.json")]
    [InlineData("global.json")]
    public void LocalVersion_OtherSources_IsAnother(string changed)
    {
        var version = Group.LocalVersion(_root.Path);
        File.WriteAllText(_root[changed], "two");
        Assert.NotEqual(version, Group.LocalVersion(_root.Path));
    }

    [Fact]
    public async Task Fill_WhatTheFeedHolds_IsNotPackedAgainAndOtherVersionsGo()
    {
        var feed = new PackageFeed(_root.Path, _root["feed"]);
        Directory.CreateDirectory(_root["feed"]);
        var kept = feed.PathOf("A", Group.LocalVersion(_root.Path));
        string[] others = [feed.PathOf("A.B", "1.2.3-local.h0"), feed.PathOf("A", "1.2.3")];
        foreach (var file in (string[])[kept, feed.PathOf("A", "1.2.3-local.h0"), .. others]) await File.WriteAllTextAsync(file, "");
        using var log = new StringWriter();
        Assert.Equal(Group.LocalVersion(_root.Path), await feed.FillAsync(Group, log, CancellationToken.None));
        Assert.Equal("", log.ToString());
        Assert.Equal([.. others.Append(kept).Order()], Directory.GetFiles(_root["feed"]).Order());
    }

    public void Dispose() => _root.Dispose();
}
