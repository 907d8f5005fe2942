using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Runs;

namespace InternVideoNext.Tests.Foundation;

public sealed class SnakeCaseJsonTests
{
    private enum Mood
    {
        VeryGood,
    }

    [Fact]
    public void Parse_AbsentMembers_KeepTheirInitialisersAtEveryDepth()
    {
        var outer = SnakeCaseJson.Parse<Outer>("""{"inner":{"size":2},"pair":{"first":"a"}}""");
        Assert.Equal(new Outer { Inner = new Inner { Size = 2, Share = 0.5 }, Pair = new Pair("a", null, 7), Mood = Mood.VeryGood }, outer);
    }

    [Theory]
    [InlineData("""{"inner":{"size":2},"pair":{"first":"a"},"colour":1}""", "colour")]
    [InlineData("""{"inner":{"size":2,"size":3},"pair":{"first":"a"}}""", "'size' is given twice")]
    [InlineData("""{"inner":{},"pair":{"first":"a"}}""", "size")]
    [InlineData("""{"inner":{"size":2},"pair":{"second":"b"}}""", "first")]
    [InlineData("""{"inner":null,"pair":{"first":"a"}}""", "inner")]
    [InlineData("""{"inner":{"size":2},"pair":{"first":"a"},"mood":"bad"}""", "'bad' is none of very_good")]
    [InlineData("""{"inner":{"size":2},"pair":{"first":"a"},"mood":0}""", "none of very_good")]
    [InlineData("null", "null")]
    [InlineData("{", "depth")]
    public void Read_FaultyText_NamesSourceAndFault(string json, string fault)
    {
        var message = Assert.Throws<ConfigurationException>(() => SnakeCaseJson.Read<Outer>(json, "some.json")).Message;
        Assert.StartsWith("some.json: ", message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Options_NullMembers_AreWrittenWhereTheyMustBeGivenOrAllIsShown()
    {
        var value = new Inner { Size = null };
        Assert.Equal("""{"size":null,"share":0.5}""", JsonSerializer.Serialize(value, SnakeCaseJson.Line));
        Assert.Equal(value, SnakeCaseJson.Parse<Inner>(JsonSerializer.Serialize(value, SnakeCaseJson.Line)));
        Assert.Contains("\"note\": null", JsonSerializer.Serialize(value, SnakeCaseJson.Complete), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_StepOfAnotherVersion_PassesItsMembersOver()
    {
        var step = SnakeCaseJson.Parse<StepMetrics>(
            """
            {"step":3,"loss":null,"parts":{"pixel":null},"gradient_norm":1,"learning_rate":0.1,"clips_per_second":9,
             "data_wait_seconds":0,"skipped_steps":1,"colour":"red"}
            """);
        Assert.Equal((3L, null), (step.Step, step.Loss));
        Assert.Contains("\"loss\":null", JsonSerializer.Serialize(step, SnakeCaseJson.Line), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_EveryProtocol_ComesBackEqual() =>
        Assert.All(ProbeProtocols.All, protocol => Assert.Equal(protocol.ToJson(), ProbeProtocol.FromJson(protocol.ToJson()).ToJson()));

    private sealed record Outer
    {
        public required Inner Inner { get; init; }

        public required Pair Pair { get; init; }

        public Mood Mood { get; init; } = Mood.VeryGood;
    }

    private sealed record Inner
    {
        public required int? Size { get; init; }

        public double Share { get; init; } = 0.5;

        public string? Note { get; init; }
    }

    private sealed record Pair(string First, string? Second, int Third = 7);
}
