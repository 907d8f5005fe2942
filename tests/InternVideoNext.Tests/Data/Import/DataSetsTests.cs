using System.Text.Json;
using InternVideoNext.Data;
using InternVideoNext.Data.Import;
using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Data.Import;

public sealed class DataSetsTests
{
    public static TheoryData<string> Names => [.. DataSets.Names];

    [Fact]
    public void Names_AreThoseOfThePaperAndTheSyntheticSet() => Assert.Equal(
        ["activitynet", "coin", "hacs", "kinetics-400", "kinetics-710", "moments-in-time", "motion-shapes", "pretraining-1.1m",
            "something-something-v2"], DataSets.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Find_ShippedManifest_IsConsistent(string name)
    {
        var set = DataSets.Find(name);
        Assert.Equal(name, set.Name);
        Assert.All(set.Splits, s => Assert.Contains(s.Key, Manifest.Splits));
        Assert.All(set.Splits.Values, s => Assert.NotEmpty(s.Source));
        foreach (var list in set.Labels)
        {
            Assert.Equal(list.Names is null, list.Sha256 is null);
            if (list.Names is null) continue;
            Assert.Equal(list.Count, list.Names.Distinct().Count());
            Assert.Equal(list.Sha256, ClassList.Hash(list.Names));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ShippedManifest_KeepsToTheSchema(string name)
    {
        using var schema = Resource("data-set.schema");
        using var manifest = Resource(name);
        Assert.Empty(SchemaCheck.Problems(schema.RootElement, manifest.RootElement, "$"));
    }

    [Fact]
    public void Schema_WrongManifest_IsRefused()
    {
        using var schema = Resource("data-set.schema");
        using var wrong = JsonDocument.Parse("""{ "name": "A B", "extra": 1, "splits": { "val": { "clips": -1, "source": "" } }, "labels": {}, "sampling": [] }""");
        var problems = SchemaCheck.Problems(schema.RootElement, wrong.RootElement, "$").ToList();
        foreach (var expected in new[] { "$.extra", "$.name", "title", "$.splits.val", "$.splits.val.clips", "$.labels", "$.sampling" })
            Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Find_UnknownName_ListsThoseThatAre() =>
        Assert.Contains(
            "kinetics-400", Assert.Throws<ConfigurationException>(() => DataSets.Find("kinetics")).Message, StringComparison.Ordinal);

    private static JsonDocument Resource(string name)
    {
        using var stream = typeof(DataSets).Assembly.GetManifestResourceStream($"data-manifests.{name}.json")!;
        return JsonDocument.Parse(stream);
    }
}
