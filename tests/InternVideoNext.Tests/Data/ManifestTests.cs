using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

public sealed class ManifestTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ivnext-manifest-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Save_ThenLoad_GivesTheSameManifest()
    {
        var manifest = new Manifest
        {
            Name = "toy",
            Labels = new Dictionary<string, IReadOnlyList<string>> { ["motion"] = ["left", "right"] },
            Entries =
            [
                new ManifestEntry { Id = "a", Path = "videos/-a b'\":.mp4", Labels = new Dictionary<string, int> { ["motion"] = 1 } },
                new ManifestEntry { Id = "b", Path = "b.mp4", Split = "validation" },
            ],
        };
        var path = Path.Combine(_root, "sub", "toy.json");
        manifest.Save(path);
        var read = Manifest.Load(path);
        Assert.Equal(("toy", Path.Combine(_root, "sub")), (read.Name, read.Root));
        Assert.Equal(manifest.Labels["motion"], read.Labels["motion"]);
        Assert.Equal(manifest.Entries.Select(e => (e.Id, e.Path, e.Split)), read.Entries.Select(e => (e.Id, e.Path, e.Split)));
        Assert.Equal(1, read.Entries[0].Labels["motion"]);
        Assert.Contains("\"entries\"", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(_root, "sub")));
        Assert.Equal(["b"], read.Filter("validation").Entries.Select(e => e.Id));
        Assert.Throws<ArgumentException>(() => read.Filter("validate"));
    }

    [Theory]
    [InlineData("{ \"name\": \"x\",\n \"entries\": [ }", "line 2")]
    [InlineData("{ \"name\": \"x\", \"entries\": [], \"extra\": 1 }", "extra")]
    [InlineData("{ \"name\": \"x\", \"entries\": [\n{ \"id\": \"a\", \"path\": \"a\", \"label\": 1 }] }", "entries[0].label")]
    [InlineData("{ \"name\": \"x\" }", "entries")]
    [InlineData("{ \"name\": \"x\", \"entries\": [{ \"id\": \"a\", \"path\": null }] }", "path")]
    [InlineData("{ \"name\": \"x\", \"entries\": [null] }", "entries[0] is null")]
    [InlineData("null", "null")]
    [InlineData("", "line 1")]
    public void Load_WrongJson_ThrowsNamingThePlace(string json, string place) => AssertRefused(json, place);

    [Theory]
    [InlineData("\"id\": \"a\", \"path\": \"/etc/passwd\"", "absolute")]
    [InlineData("\"id\": \"a\", \"path\": \"C:\\\\x.mp4\"", "absolute")]
    [InlineData("\"id\": \"a\", \"path\": \"x/../../y.mp4\"", "'..'")]
    [InlineData("\"id\": \"a\", \"path\": \"..\\\\y.mp4\"", "'..'")]
    [InlineData("\"id\": \"a\", \"path\": \"\"", "path is empty")]
    [InlineData("\"id\": \"\", \"path\": \"a\"", "id is empty")]
    [InlineData("\"id\": \"first\", \"path\": \"a\"", "already that of entries[0]")]
    [InlineData("\"id\": \"a\", \"path\": \"a\", \"split\": \"val\"", "split 'val' is unknown")]
    [InlineData("\"id\": \"a\", \"path\": \"a\", \"labels\": { \"colour\": 0 }", "label 'colour' is not among")]
    [InlineData("\"id\": \"a\", \"path\": \"a\", \"labels\": { \"motion\": 2 }", "0 to 1")]
    [InlineData("\"id\": \"a\", \"path\": \"a\", \"labels\": { \"motion\": -1 }", "0 to 1")]
    public void Load_WrongEntry_ThrowsNamingFileAndEntry(string entry, string problem)
    {
        var error = AssertRefused(
            "{ \"name\": \"x\", \"labels\": { \"motion\": [\"left\", \"right\"] }, \"entries\": [{ \"id\": \"first\", \"path\": "
                + "\"first.mp4\" }, { " + entry + " }] }", problem);
        Assert.Contains("entries[1]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"expected\": { \"val\": 1 }", "expected.val")]
    [InlineData("\"expected\": { \"test\": -1 }", "expected.test is -1")]
    public void Load_WrongExpectedCounts_ThrowsNamingThem(string member, string problem) =>
        AssertRefused($"{{ \"name\": \"x\", {member}, \"entries\": [] }}", problem);

    [Fact]
    public void FromDirectory_MixedFolder_ListsVideosInOrder()
    {
        foreach (var name in new[] { "b.MP4", "a/c.webm", "a.mkv", "notes.txt", "._a.mkv", ".hidden/x.mp4", ".mp4" })
        {
            var path = Path.Combine(_root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
        Directory.CreateSymbolicLink(Path.Combine(_root, "a", "up"), _root);
        var manifest = Manifest.Open(_root);
        Assert.Equal([".mp4", "a.mkv", "a/c.webm", "b.MP4"], manifest.Entries.Select(e => e.Path));
        Assert.Equal(manifest.Entries.Select(e => e.Path), manifest.Entries.Select(e => e.Id));
        Assert.All(manifest.Entries, e => Assert.True(File.Exists(manifest.PathOf(e))));
    }

    [Fact]
    public void Open_NothingUsable_SaysWhatToGive()
    {
        Assert.Contains("no video file", Assert.Throws<ManifestException>(() => Manifest.Open(_root)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no such", Assert.Throws<ManifestException>(() => Manifest.Open(Path.Combine(_root, "x.mp4"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no such", Assert.Throws<ManifestException>(() => Manifest.Open(Path.Combine(_root, "x.json"))).Message,
            StringComparison.Ordinal);
    }

    private ManifestException AssertRefused(string json, string problem)
    {
        var path = Path.Combine(_root, "bad.json");
        File.WriteAllText(path, json);
        var error = Assert.Throws<ManifestException>(() => Manifest.Open(path));
        Assert.Contains("bad.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        return error;
    }
}
