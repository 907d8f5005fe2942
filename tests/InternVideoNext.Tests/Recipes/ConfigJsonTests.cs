using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Recipes;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Recipes;

public sealed partial class ConfigJsonTests
{
    public static TheoryData<string> Presets => [.. InternVideoNext.Recipes.Presets.Names];

    /// <summary>Every kind that a configuration can hold, with values that are no defaults.</summary>
    public static TheoryData<string, string> Kinds => new()
    {
        { "masking", """{"kind":"semantic","ratio":0.5,"selection":"top_k","keep":"background"}""" },
        { "masking", """{"kind":"random","ratio":0.5}""" },
        { "masking", """{"kind":"tube","ratio":0.5}""" },
        { "masking", """{"kind":"multi_block","blocks":[{"count":3,"scale":0.2}],"aspect_min":0.8,"aspect_max":1.2,"max_keep":7,"trim":"released"}""" },
        { "model.decoder", """{"kind":"diffusion","width":32,"depth":2,"steps":100,"noise_levels":3,"token_share":0.5}""" },
        { "model.decoder", """{"kind":"linear_pixel"}""" },
        { "model.predictor", """{"kind":"vit","width":16,"depth":3,"heads":4,"mlp_ratio":2.5,"layer_scale_init":0.1,"gelu":"tanh","initialization":"zero","init_std":0.01}""" },
        { "model.predictor", """{"kind":"modern_bert","width":64,"heads":4,"intermediate":96,"layer_ids":[1,2],"local_attention":8,"global_every":2,"global_theta":100.5,"local_theta":10.5,"norm_eps":1E-06,"text_weights":"bert.safetensors","initialization":"random","init_std":0.01}""" },
        { "teacher", """{"kind":"shapes","path":"teacher.safetensors","interval":1.5}""" },
        { "teacher", """{"kind":"siglip","tower":{"width":32,"intermediate":64,"depth":9,"heads":4,"image_size":64,"patch_size":8,"eps":1E-05},"path":"siglip","random_weights":false,"interval":2.5}""" },
    };

    [Theory]
    [MemberData(nameof(Presets))]
    public void WriteRead_EveryPresetAndStage_ComesBackTheSame(string preset)
    {
        RunConfig[] configs = [Stage1(preset), InternVideoNext.Recipes.Presets.Stage2(preset) with { Start = "runs/stage1" }];
        foreach (var config in configs)
        {
            var json = ConfigJson.Write(config);
            var read = ConfigJson.Read(json, "test");
            Assert.Equal(json, ConfigJson.Write(read));
            Assert.Equal(config.GetType(), read.GetType());
            Assert.Equal("", ConfigDifference.Describe(config, read));
            AssertSnakeCase(JsonNode.Parse(json)!);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_EveryKind_ComesBackTheSame(string path, string json)
    {
        var config = ConfigJson.Override(TinyRun.Stage1, [$"{path}={json}"]);
        JsonNode node = JsonNode.Parse(ConfigJson.Write(config))!;
        foreach (var part in path.Split('.')) node = node[part]!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), node), node.ToJsonString());
    }

    [Fact]
    public void Read_LatentDecoder_ComesBackTheSame()
    {
        var config = (Stage2Config)ConfigJson.Override(TinyRun.Stage2, ["""model.decoder={"kind":"latent","init_std":0.03,"target_width":32}"""]);
        Assert.Equal(new LatentDecoderConfig { InitStd = 0.03, TargetWidth = 32 }, config.Model.Decoder);
    }

    [Theory]
    [InlineData("""{"kind":"diffusion","width":32,"depth":2,"token_share":0.5}""")]
    [InlineData("""{"kind":"linear_pixel"}""")]
    public void Read_Stage2WithPixels_ComesBackTheSame(string decoder)
    {
        var config = ConfigJson.Override(
            TinyRun.Stage2 with { Start = "stage1", PredictorStart = PredictorStart.Kept },
            ["pixel_weight=1", $"model.pixel_decoder={decoder}"]);
        Assert.Equal(config.Model, ConfigJson.Read(ConfigJson.Write(config), "again").Model);
        Assert.IsType(
            decoder.Contains("diffusion", StringComparison.Ordinal) ? typeof(DiffusionDecoderConfig) : typeof(LinearPixelDecoderConfig),
            config.Model.PixelDecoder);
    }

    [Fact]
    public void Read_AbsentMembers_HaveTheirDefaults()
    {
        var config = (Stage1Config)ConfigJson.Override(TinyRun.Stage1,
        [
            """masking={"kind":"random"}""",
            """model.predictor={"kind":"vit","width":16,"heads":2}""",
            """model.decoder={"kind":"diffusion"}""",
            """training={"steps":5,"batch_size":2,"base_learning_rate":0.5}""",
        ]);
        Assert.Equal(0.75, ((RandomMaskingConfig)config.Masking).Ratio);
        Assert.Equal(
            (12, 4.0, 0.02),
            (((VitPredictorConfig)config.Model.Predictor!).Depth, ((VitPredictorConfig)config.Model.Predictor).MlpRatio,
            config.Model.Predictor.InitStd));
        Assert.Equal(new DiffusionDecoderConfig(), config.Model.Decoder);
        Assert.Equal(new TrainingConfig { Steps = 5, BatchSize = 2, BaseLearningRate = 0.5 }, config.Training);
        Assert.Equal(GeluKind.Exact, config.Model.Encoder.Gelu);
    }

    [Theory]
    [InlineData("""{"stage":"stage1"}""", "model")]
    [InlineData("""{"stage":"stage1","modle":{}}""", "modle")]
    [InlineData("""{"stage":"stage3"}""", "stage3")]
    [InlineData("""{}""", "stage")]
    [InlineData("null", "null")]
    [InlineData("[]", "RunConfig")]
    [InlineData("{", "test")]
    [InlineData("", "test")]
    public void Read_NotAConfiguration_ThrowsNamingThePlace(string json, string named)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigJson.Read(json, "test"));
        Assert.StartsWith("test: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training", "\"steps\": 1,", "", "steps")]
    [InlineData("training", "\"steps\": 1,", "\"steps\": \"many\",", "training.steps")]
    [InlineData("training", "\"steps\": 1,", "\"steps\": 1.5,", "training.steps")]
    [InlineData("training", "\"steps\": 1,", "\"steps\": null,", "training.steps")]
    [InlineData("training", "\"steps\": 1,", "\"steps\": 1, \"stepz\": 1,", "stepz")]
    [InlineData("precision", "\"float32\"", "\"float16\"", "training.precision: 'float16' is none of float32, bfloat16")]
    [InlineData("precision", "\"float32\"", "1", "training.precision: this is none of float32, bfloat16")]
    [InlineData("masking", "\"semantic\"", "\"semantics\"", "masking")]
    [InlineData("model", "\"encoder\": {", "\"encoder\": null, \"x\": {", "model.encoder")]
    [InlineData("masking", "\"ratio\": 0.75", "\"ratio\": 0", "masking.ratio = 0")]
    [InlineData("training", "\"clip_norm\": 5", "\"clip_norm\": 1e999", "clip_norm")]
    public void Read_WrongMember_ThrowsNamingIt(string section, string text, string replacement, string named)
    {
        var json = ConfigJson.Write(TinyRun.Stage1);
        Assert.Contains(text, json, StringComparison.Ordinal);
        var error = Assert.Throws<ConfigurationException>(
            () => ConfigJson.Read(json.Replace(text, replacement, StringComparison.Ordinal), section));
        Assert.StartsWith($"{section}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_BaseStage1_IsTheApprovedText()
    {
        var approved = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "Configuration", "base.stage1.json"));
        Assert.Equal(approved.TrimEnd(), ConfigJson.Write(InternVideoNext.Recipes.Presets.Stage1("base")));
    }

    // The paper's teacher has to be named.
    private static Stage1Config Stage1(string preset) =>
        InternVideoNext.Recipes.Presets.Stage1(preset) is { Teacher: SiglipTeacherConfig teacher } config
        ? config with { Teacher = teacher with { Path = "siglip" } }
        : InternVideoNext.Recipes.Presets.Stage1(preset);

    private static void AssertSnakeCase(JsonNode node)
    {
        if (node is not JsonObject members) return;
        foreach (var (name, member) in members)
        {
            Assert.Matches(SnakeCase(), name);
            if (member is not null) AssertSnakeCase(member);
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();
}
