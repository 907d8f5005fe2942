using InternVideoNext.Data;
using InternVideoNext.Data.Import;

namespace InternVideoNext.Tests.Data.Import;

public sealed class AnnotationImportTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ivnext-import-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void PathLabel_PathsWithSpaces_AreSplitAtTheLast()
    {
        var manifest = Import("kinetics-400", AnnotationFormat.PathLabel, "a/b c.mp4 0\n\nd.mp4 399\r\n", "train");
        Assert.Equal([("a/b c.mp4", 0), ("d.mp4", 399)], manifest.Entries.Select(e => (e.Path, e.Labels["action"])));
        Assert.Equal(240436, manifest.Expected["train"]);
        var path = Path.Combine(_root, "manifest.json");
        manifest.Save(path);
        Assert.Equal(manifest.Labels["action"], Manifest.Load(path).Labels["action"]);
        Assert.Equal(240436, Manifest.Load(path).Expected["train"]);
    }

    [Theory]
    [InlineData("vids/a.mp4", "vids/a.mp4", null)]
    [InlineData("vids/a.mp4 7", "vids/a.mp4", 7)]
    [InlineData("vids/a.mp4 -1", "vids/a.mp4", null)]
    [InlineData("vids/a.mp4 0 -1", "vids/a.mp4", null)]
    [InlineData("vids/a.mp4 300 7", "vids/a.mp4", 7)]
    [InlineData("frames/a 300 7", "frames/a", 7)]
    [InlineData("my vids/a 1 2.mp4   7", "my vids/a 1 2.mp4", 7)]
    [InlineData("my vids/a b 7", "my vids/a b", 7)]
    [InlineData("\"my vids/a b.mp4\" 7", "my vids/a b.mp4", 7)]
    [InlineData("'my vids/a b.mp4' 300 7", "my vids/a b.mp4", 7)]
    [InlineData("vids/a.mp4,7", "vids/a.mp4", 7)]
    [InlineData("vids/a.mp4, 300, 7", "vids/a.mp4", 7)]
    [InlineData("\"vids/a, b.mp4\",7", "vids/a, b.mp4", 7)]
    [InlineData("vids/a, b.mp4 7", "vids/a, b.mp4", 7)]
    [InlineData("my vids/a.mp4\t7", "my vids/a.mp4", 7)]
    [InlineData("path\tlabel\nvids/a.mp4\t7", "vids/a.mp4", 7)]
    [InlineData("video,label\r\nvids/a.mp4,7\r\n", "vids/a.mp4", 7)]
    [InlineData("# mine\n\nvids/a.mp4 7", "vids/a.mp4", 7)]
    [InlineData("\uFEFFvids/a.mp4 7", "vids/a.mp4", 7)]
    [InlineData("vids/a.mp4 applauding", "vids/a.mp4", 3)]
    [InlineData("vids/a.mp4 applying cream", "vids/a.mp4", 4)]
    [InlineData("vids/a.mp4,applying cream", "vids/a.mp4", 4)]
    public void PathLabel_LayoutsInUse_AreRead(string content, string path, int? label)
    {
        var entry = Assert.Single(Import("kinetics-400", AnnotationFormat.PathLabel, content, "train").Entries);
        Assert.Equal((path, path), (entry.Path, entry.Id));
        Assert.Equal(label, entry.Labels.TryGetValue("action", out var index) ? index : null);
    }

    [Fact]
    public void PathLabel_TotalStartEnd_AreSegmentsOfTheirOwn()
    {
        var manifest = Import("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 900 30 120 7\na.mp4 900 120 300 8\n", "train");
        Assert.Equal(["a.mp4#30-120", "a.mp4#120-300"], manifest.Entries.Select(e => e.Id));
        var file = Path.Combine(_root, "segments.json");
        manifest.Save(file);
        Assert.Equal(new ClipSegment(120, 300, SegmentUnit.Frames), Manifest.Load(file).Entries[1].Segment);
        (manifest with { Entries = [manifest.Entries[0] with { Segment = null }] }).Save(file);
        Assert.DoesNotContain("segment", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void PathLabel_OtherEncodings_AreReadOrRefusedWithTheirLine()
    {
        var file = Path.Combine(_root, "annotations");
        File.WriteAllText(file, "ä.mp4 7", System.Text.Encoding.Unicode);
        var import = new AnnotationImport(DataSets.Find("kinetics-400"));
        import.Add(AnnotationFormat.PathLabel, file, "train");
        Assert.Equal("ä.mp4", import.Build().Entries[0].Path);
        File.WriteAllBytes(file, [.. "a.mp4 7\n"u8, 0xE4, .. ".mp4 7\n"u8]);
        var error = Assert.Throws<ManifestException>(() => import.Add(AnnotationFormat.PathLabel, file, "train"));
        Assert.Contains("line 2: it is not written in UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PathLabel_AbsolutePathsBelowTheRoot_BecomeRelative()
    {
        var file = Path.Combine(_root, "annotations");
        File.WriteAllText(file, $"{_root}/vids/a.mp4 7\n");
        var import = new AnnotationImport(DataSets.Find("kinetics-400"), root: _root);
        import.Add(AnnotationFormat.PathLabel, file, "train");
        Assert.Equal("vids/a.mp4", import.Build().Entries[0].Path);
    }

    [Fact]
    public void PathLabel_UnlabelledSet_NeedsNoClasses() =>
        Assert.Empty(Import("pretraining-1.1m", AnnotationFormat.PathLabel, "a.mp4 -1\nb.mp4 -1\n", "train").Entries[1].Labels);

    [Fact]
    public void KineticsCsv_QuotedLabels_GiveIdsAndSplits()
    {
        var manifest = Import(
            "kinetics-400", AnnotationFormat.KineticsCsv,
            "label,youtube_id,time_start,time_end,split\n\"abseiling\",-ab,3,13,train\nzumba,cd,10,20,validate\n", null);
        Assert.Equal([("train/-ab_000003_000013.mp4", "train", 0), ("validation/cd_000010_000020.mp4", "validation", 399)],
            manifest.Entries.Select(e => (e.Path, e.Split, e.Labels["action"])));
    }

    [Fact]
    public void Ssv2Json_TemplatesWithBrackets_AreFound()
    {
        var manifest = Import("something-something-v2", AnnotationFormat.Ssv2Json,
            """[{ "id": "78687", "label": "holding potato", "template": "Holding [something]", "placeholders": ["potato"] }]""", "train");
        Assert.Equal(
            ("78687.webm", "Holding something"),
            (manifest.Entries[0].Path, manifest.Labels["action"][manifest.Entries[0].Labels["action"]]));
    }

    [Theory]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 0\nb.mp4\n", "line 2: it has 1 columns, the lines before it 2")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 1 2 3\n", "line 1: 4 columns are no layout")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 1 2 3 4 5\n", "line 1: 6 columns are no layout")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 100 90 20 3\n", "line 1: frames 90 to 20 of 100")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4,x,3\n", "line 1: 'x' is no number of frames")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 -2\n", "line 1: label -2 is negative")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "https://x.org/a.mp4 2\n", "line 1: 'https://x.org/a.mp4' is an address")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "\"a.mp4 2\n", "line 1: a quotation mark is not closed")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "my clip of it\n", "line 1: 'my clip of it' does not tell")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 flying\n", "class 'flying' is not in the class list")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a\0.mp4 1\n", "line 1: it holds a null character")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 400\n", "line 1: label 400 is out of range")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "/a.mp4 1\n", "line 1: path '/a.mp4' is absolute")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "x/../../a.mp4 1\n", "line 1: path 'x/../../a.mp4' leaves")]
    [InlineData("kinetics-400", AnnotationFormat.PathLabel, "a.mp4 1\na.mp4 2\n", "line 2: clip 'a.mp4' is listed before")]
    [InlineData("kinetics-710", AnnotationFormat.PathLabel, "a.mp4 1\n", "--classes")]
    [InlineData("kinetics-400", AnnotationFormat.KineticsCsv, "label,id\n", "line 1: the header")]
    [InlineData(
        "kinetics-400", AnnotationFormat.KineticsCsv, "label,youtube_id,time_start,time_end,split\nflying,a,1,2,train\n",
        "line 2: class 'flying'")]
    [InlineData(
        "kinetics-400", AnnotationFormat.KineticsCsv, "label,youtube_id,time_start,time_end,split\nzumba,a,x,2,train\n",
        "line 2: time_start 'x'")]
    [InlineData("something-something-v2", AnnotationFormat.Ssv2Json, "[\n{ \"id\": 1, ]", "line 2")]
    [InlineData("something-something-v2", AnnotationFormat.Ssv2Json, "[{ \"id\": \"1\" }, {}]", "entry 1: 'id'")]
    [InlineData(
        "coin", AnnotationFormat.CoinJson, "{ \"database\": { \"x\": { \"class\": \"A\", \"subset\": \"other\" } } }",
        "entry 'x': subset 'other'")]
    [InlineData(
        "coin", AnnotationFormat.CoinJson, "{ \"database\": { \"x\": { \"class\": \"A\", \"subset\": \"testing\" } } }",
        "1 classes; coin has 180")]
    public void Add_WrongFile_NamesFileAndPlace(string dataSet, AnnotationFormat format, string content, string problem)
    {
        var error = Assert.Throws<ManifestException>(() => Import(dataSet, format, content, "train"));
        Assert.Contains("annotations", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UseClasses_AnotherList_ShowsTheFirstDifference()
    {
        var names = DataSets.Find("kinetics-400").Labels[0].Names!.ToArray();
        (names[5], names[6]) = (names[6], names[5]);
        var file = Write("classes.txt", string.Join('\n', names));
        var error = Assert.Throws<ManifestException>(() => new AnnotationImport(DataSets.Find("kinetics-400")).UseClasses(file));
        Assert.Contains("class 5 is 'arm wrestling', it should be 'archery'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CoinJson_AllClasses_AreNumberedByTheFile()
    {
        var videos = Enumerable.Range(0, 180)
            .Select(i =>
            $"\"v{i}\": {{ \"class\": \"Task{i}\", \"recipe_type\": {179 - i}, \"subset\": \"{(i % 2 == 0 ? "training" : "testing")}\" }}");
        var manifest = Import("coin", AnnotationFormat.CoinJson, $"{{ \"database\": {{ {string.Join(',', videos)} }} }}", null);
        Assert.Equal(("Task179", "test", 179), (manifest.Labels["task"][0], manifest.Entries[1].Split, manifest.Entries[0].Labels["task"]));
    }

    private Manifest Import(string dataSet, AnnotationFormat format, string content, string? split)
    {
        var import = new AnnotationImport(DataSets.Find(dataSet));
        import.Add(format, Write("annotations", content), split);
        return import.Build();
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_root, name);
        File.WriteAllText(path, content);
        return path;
    }
}
