using System.Text.Json.Nodes;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Tests.Cli;

namespace InternVideoNext.Tests.Foundation;

/// <summary>Hostile numbers are refused with their names, before native code that would end the process sees them.</summary>
public sealed class ConfigLimitsTests
{
    private static readonly string[] Hostile = ["1000000000", "2147483647", "-3"];

    // What may be as large as it likes: durations, and how often something is done.
    private static readonly string[] Free =
    [
        "training.steps", "training.seed", "training.checkpoint_every", "training.keep_checkpoints", "training.keep_every",
        "training.log_every", "training.max_skipped_steps", "training.health_every", "training.probe_every", "masking.max_keep",
    ];

    public static TheoryData<string> Sizes => ["tiny", "base"];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Override_EveryWholeNumberOfBothStages_RefusesHostileOnes(string preset)
    {
        var tried = 0;
        foreach (var config in (RunConfig[])[Presets.Stage1(preset), Presets.Stage2(preset)])
            foreach (var path in WholeNumbers(config).Except(Free))
                foreach (var value in Hostile)
                {
                    tried++;
                    var error = Record.Exception(() => ConfigJson.Override(config, [$"{path}={value}"]));
                    Assert.True(error is ConfigurationException, $"{path}={value}: {error?.Message ?? "taken"}");
                }
        Assert.True(tried > 100, $"only {tried} tried");
    }

    [Theory]
    [InlineData("--set model.encoder.width=1000000000")]
    [InlineData("--set training.threads=2000000000")]
    [InlineData("--set training.threads=-3")]
    [InlineData("--set model.encoder.image_size=1000000000 data.size=1000000000")]
    [InlineData("--set model.encoder.frames=4096 data.frames=4096 model.encoder.image_size=8192 data.size=8192")]
    public async Task Describe_HostileNumber_IsAWrongUsageAndNoAbort(string set)
    {
        var (code, _, error) = await Ivnext.RunAsync(["describe", "--preset", "tiny", "--stage", "1", .. set.Split(' ')]);
        Assert.Equal(2, code);
        Assert.StartsWith("ivnext: ", error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> WholeNumbers(RunConfig config)
    {
        var found = new List<string>();
        Visit(JsonNode.Parse(ConfigJson.Write(config)), "");
        return found;

        void Visit(JsonNode? node, string path)
        {
            if (node is JsonObject members)
                foreach (var (name, member) in members) Visit(member, path.Length == 0 ? name : $"{path}.{name}");
            else if (node is JsonValue value && value.TryGetValue<int>(out _) && IsWhole(path)) found.Add(path);
        }

        bool IsWhole(string path) => Record.Exception(() => ConfigJson.Override(config, [$"{path}=1.5"])) is ConfigurationException error
            && error.Message.Contains("a whole number is needed", StringComparison.Ordinal);
    }
}
