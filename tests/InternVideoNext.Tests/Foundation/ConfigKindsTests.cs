using InternVideoNext.Description;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Foundation;

public sealed class ConfigKindsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ivnext-kinds-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(typeof(MaskingConfig), "semantic, random, tube, multi_block")]
    [InlineData(typeof(PredictorConfig), "modern_bert, vit")]
    [InlineData(typeof(DecoderConfig), "diffusion, linear_pixel, latent, label_heads")]
    [InlineData(typeof(PixelDecoderConfig), "diffusion, linear_pixel")]
    [InlineData(typeof(ImageTeacherConfig), "shapes, siglip")]
    [InlineData(typeof(RunConfig), "stage1, stage2, supervised")]
    public void NamesOf_EveryPart_HoldsTheLibrarysOwn(Type part, string names) =>
        Assert.Subset(ConfigKinds.NamesOf(part).ToHashSet(), names.Split(", ").ToHashSet());

    [Fact]
    public async Task Register_PredictorOfOnesOwn_StoppedAndResumed_EqualsAnUninterruptedRun()
    {
        ConfigKinds.Register<SingleMapConfig>("single_map");
        var config = TinyRun.Stage1 with
        {
            Model = TinyRun.Stage1.Model with { Predictor = new SingleMapConfig { Channels = 24 } },
            Training = TinyRun.Training(5) with { CheckpointEvery = 1 },
        };
        var (whole, parts) = (new RunFolder(Path.Combine(_folder, "whole")), new RunFolder(Path.Combine(_folder, "parts")));
        await TinyRun.TrainAsync(config, whole);
        Assert.False((await TinyRun.TrainAsync(config, parts, stopAfter: 2)).Finished);
        await TinyRun.TrainAsync(config, parts);
        RunAssert.Equal(whole, parts);
        using var model = ModelCheckpoint.Open(Path.Combine(_folder, "parts"), CPU);
        Assert.Equal(config.Model.Predictor, model.Config.Predictor);
        // What the configuration computes is not written, though its author did not say so.
        Assert.Equal("""{"kind":"single_map","channels":24,"initialization":"random","init_std":0.02}""", System.Text.Json.Nodes.JsonNode.Parse(ConfigJson.Write(config))!["model"]!["predictor"]!.ToJsonString());
        var described = ModelDescription.Of(config).Student.Children.Single(block => block.Name == "predictor");
        Assert.Equal(model.Predictor!.parameters().Sum(p => p.numel()), described.Parameters);
    }

    [Fact]
    public void Read_KindThatNobodyRegistered_SaysWhichAndHow()
    {
        var json = ConfigJson.Write(TinyRun.Stage1).Replace("\"kind\": \"vit\"", "\"kind\": \"state_space\"", StringComparison.Ordinal);
        var message = Assert.Throws<ConfigurationException>(() => ConfigJson.Read(json, "run/config.json")).Message;
        Assert.Contains(
            "run/config.json: model.predictor: 'state_space' is not registered here; known: ", message, StringComparison.Ordinal);
        Assert.Contains("ConfigKinds.Register<ItsConfig>(\"state_space\")", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_KindThatNobodyRegistered_SaysHow()
    {
        var config = TinyRun.Stage1 with { Masking = new UnregisteredMaskingConfig() };
        Assert.Contains(
            "ConfigKinds.Register<ItsConfig>", Assert.Throws<ConfigurationException>(() => ConfigJson.Write(config)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Register_NameOrTypeOfNoUse_IsRefused()
    {
        Assert.Contains(
            "VitPredictorConfig already", Assert.Throws<ArgumentException>(() => ConfigKinds.Register<SingleMapConfig>("vit")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "lower-case", Assert.Throws<ArgumentException>(() => ConfigKinds.Register<SingleMapConfig>("Single Map")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no kind of configuration", Assert.Throws<ArgumentException>(() => ConfigKinds.Register<string>("text")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "abstract", Assert.Throws<ArgumentException>(() => ConfigKinds.Register<PredictorConfig>("any")).Message,
            StringComparison.Ordinal);
    }

    public sealed record SingleMapConfig : PredictorConfig
    {
        public required int Channels { get; init; }

        public override int OutputWidth => Channels;

        public override int LayerCount => 1;

        public override void Validate() => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Channels);

        public override PredictorBody BuildBody(Generator generator) => new SingleMap(Channels, InitStd, generator);
    }

    private sealed class SingleMap : PredictorBody
    {
        private readonly Linear _map;

        public SingleMap(int width, double std, Generator generator) : base(nameof(SingleMap), width)
        {
            _map = nn.Linear(width, width);
            InternVideoNext.Modules.WeightInitialization.TruncatedNormal(_map.weight!, std, generator);
            InternVideoNext.Modules.WeightInitialization.Fill(_map.bias!, 0);
            RegisterComponents();
        }

        public override IReadOnlyList<Tensor> LayerOutputs(Tensor input) => [_map.call(input)];
    }

    private sealed record UnregisteredMaskingConfig : MaskingConfig
    {
        public override IMaskingPolicy Build(TokenGrid grid) => new RandomMaskingConfig().Build(grid);
    }
}
