using System.Text.Json.Nodes;
using InternVideoNext.Benchmarks;
using InternVideoNext.Foundation;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Benchmarks;

[Collection(WholeProcessGroup.Name)] // measuring changes the number of threads for moments
public sealed class BenchmarkResultTests
{
    private static readonly BenchmarkResult Result = TinyBench.Run(2);

    [Fact]
    public void ToJson_Read_IsTheSame() => Assert.Equal(Result.ToJson(), BenchmarkResult.FromJson(Result.ToJson(), "text").ToJson());

    [Fact]
    public void ToJson_WhereTheSystemTellsNeitherLoadNorMemory_IsReadAgain()
    {
        var result = Result with { Machine = Result.Machine with { Load = null }, Memory = Result.Memory with { PeakMebibytes = null } };
        Assert.Equal(result.ToJson(), BenchmarkResult.FromJson(result.ToJson(), "text").ToJson());
    }

    [Fact]
    public void FromJson_UnknownMember_NamesIt() => Refuses(json => json["speed"] = 3, "speed");

    [Fact]
    public void FromJson_UnknownMemberOfAPart_NamesIt() => Refuses(json => json["parts"]![0]!["seconds"] = 3, "seconds");

    [Fact]
    public void FromJson_MissingMember_NamesIt() => Refuses(json => json.AsObject().Remove("throughput"), "throughput");

    [Fact]
    public void FromJson_MissingFigure_NamesIt() =>
        Refuses(json => json["throughput"]!["clips_per_second"]!.AsObject().Remove("median"), "median");

    [Fact]
    public void FromJson_AnotherFile_SaysSo() =>
        Assert.Contains(
            "a.json is no benchmark's result",
            Assert.Throws<ConfigurationException>(() => BenchmarkResult.FromJson("[1]", "a.json")).Message, StringComparison.Ordinal);

    private static void Refuses(Action<JsonNode> spoil, string name)
    {
        var json = JsonNode.Parse(Result.ToJson())!;
        spoil(json);
        Assert.Contains(
            name, Assert.Throws<ConfigurationException>(() => BenchmarkResult.FromJson(json.ToJsonString(), "text")).Message,
            StringComparison.Ordinal);
    }
}
