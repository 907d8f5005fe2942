using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using InternVideoNext.Tests.Training;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests;

/// <summary>
/// The defects of the authors' released training code (method, section 11), each with the test that shows it is not here.
/// <list type="table">
/// <listheader><term>Defect</term><description>Test</description></listheader>
/// <item><term>Middle alignment indexes the layer stack with the wrong index</term>
/// <description><see cref="Alignment_FewerLayersThanBlocks_ReadsTheLastBlocksInOrder"/>;
/// <c>ParitySuiteTests.Run_ReferenceFixtures_EveryQuantityAgrees</c> (output.align_middle)</description></item>
/// <item><term>Ablation flags parsed but unused</term>
/// <description><see cref="Stage1_EverySwitch_ChangesTheLoss"/>, <see cref="Stage2_EverySwitch_ChangesTheLoss"/>;
/// <c>StageTests.Train_EveryVariant_ChangesExactlyWhatALossReaches</c></description></item>
/// <item><term>The linear decoder built but never called</term>
/// <description><see cref="Stage1_LinearDecoder_GetsTheGradientOfItsLoss"/></description></item>
/// <item><term>The Large script names the Base model</term>
/// <description><see cref="Presets_EachName_HasSizesOfItsOwn"/></description></item>
/// <item><term>The loader's error handler can retry one bad video for ever</term>
/// <description><c>VideoClipSourceTests.ReadTraining_TooManyBroken_EndsWithTheList</c>,
/// <c>ReadTraining_BrokenFiles_AreListedOnceWithReasons</c>, <c>ReadTraining_HangingFile_IsSkippedAtTheLimit</c></description></item>
/// <item><term>A frame index of -1 can be requested</term>
/// <description><c>FrameSamplingTests.Random_AnyVideo_TakesOneFrameOfEachSegment</c>,
/// <c>Middles_EvenSegments_AreTheirMiddles</c></description></item>
/// <item><term>The Stage 2 teacher stays in training mode</term>
/// <description><see cref="Stage2_TeacherOfHighDropPath_DropsNothing"/>;
/// <c>VideoTeacherTests.Follow_MomentumOne_StaysBitIdentical</c></description></item>
/// <item><term>Non-finite steps are logged as loss 0 without limit</term>
/// <description><c>TrainerTests.Run_BrokenBatches_AreSkippedCountedAndNamed</c>,
/// <c>Run_TooManyBrokenBatches_StopsWithTheClipsAndTheLastGoodState</c>,
/// <c>FlatAdamWTests.Step_NotFinite_ChangesNothingAndIsCounted</c></description></item>
/// <item><term>Random-number state is not in checkpoints, so a resumed run differs</term>
/// <description><c>TrainerTests.Run_InterruptedAndContinued_EqualsUninterruptedBitForBit</c>,
/// <c>KilledRunTests.Train_KilledAtRandomMoments_EqualsUninterrupted</c></description></item>
/// <item><term>Flash-attention is a hard import</term>
/// <description><see cref="Library_ReferencedAssemblies_NoAttentionPackageAmongThem"/>; every test runs on the CPU</description></item>
/// <item><term>Teacher paths are blanks</term>
/// <description><see cref="Stage1_TeacherNotNamed_IsAnErrorThatSaysHowToGetIt"/>,
/// <c>ConfigOverrideTests.Override_PartsThatDoNotFit_ThrowsSayingWhy</c>;
/// <c>WeightHubTests</c> fetch it by name</description></item>
/// <item><term>No probe or evaluation code, no dataset list</term>
/// <description><c>ProbeRunnerTests</c>, <c>ManifestTests</c>; the manifests lie in <c>data-manifests</c></description></item>
/// </list>
/// </summary>
public sealed class DefectTests(ITestOutputHelper console)
{
    [Fact]
    public void Alignment_FewerLayersThanBlocks_ReadsTheLastBlocksInOrder()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var encoder = TinyRun.Encoder with { Depth = 5 };
        using var alignment = new SemanticAlignment(new AlignmentConfig { Layers = 2, TeacherWidth = 24 }, encoder, generator);
        var visible = arange(6, dtype: int64).expand(3, -1);
        var layers = Enumerable.Range(0, 5).Select(_ => randn([3, encoder.ClassTokens + 6, encoder.Width], generator: generator)).ToList();
        var before = alignment.Middle(layers, visible);
        for (var block = 0; block < 5; block++)
        {
            var after = alignment.Middle(
                [.. layers.Select((layer, i) => i == block ? layer + randn(layer.shape, generator: generator) : layer)], visible);
            var changed = Enumerable.Range(0, 2).Where(k => !after[k].Equals(before[k]));
            // Heads 0 and 1 read blocks 3 and 4, and no head any other.
            Assert.Equal(block < 3 ? [] : [block - 3], changed);
        }
    }

    [Theory]
    [InlineData("middle_weight=0.5")]
    [InlineData("final_weight=0.5")]
    [InlineData("pixel_weight=0.5")]
    [InlineData("masking.ratio=0.5")]
    [InlineData("masking.selection=top_k")]
    [InlineData("masking.keep=background")]
    [InlineData("masking.kind=random")]
    [InlineData("masking.kind=tube")]
    [InlineData("model.alignment.layers=1")]
    [InlineData("model.decoder.kind=linear_pixel")]
    [InlineData("model.decoder.steps=50")]
    [InlineData("model.decoder.token_share=0.5")]
    [InlineData("model.decoder.noise_levels=2")]
    [InlineData("model.predictor.depth=2")]
    [InlineData("model.encoder.gelu=tanh")]
    [InlineData("model.encoder.drop_path=0.9")]
    [InlineData("model.encoder.layer_scale_init=0.1")]
    [InlineData("model.encoder.position_scale=2")]
    [InlineData("model.encoder.position_base=10")]
    [InlineData("training.seed=4")]
    public void Stage1_EverySwitch_ChangesTheLoss(string set) => AssertChangesLoss(TinyRun.Stage1, set);

    [Theory]
    [InlineData("masking.max_keep=3")]
    [InlineData("masking.aspect_max=8", "masking.aspect_min=8")]
    [InlineData("""masking.blocks=[{"count":1,"scale":0.3}]""")]
    [InlineData("teacher=image", "model.decoder.target_width=24")]
    [InlineData("model.predictor.initialization=zero")]
    [InlineData("model.encoder.drop_path=0.9")]
    public void Stage2_EverySwitch_ChangesTheLoss(params string[] set) =>
        AssertChangesLoss(TinyRun.Stage2 with { ImageTeacher = TinyRun.Stage1.Teacher }, set);

    [Fact]
    public void Stage1_LinearDecoder_GetsTheGradientOfItsLoss()
    {
        using var scope = NewDisposeScope();
        using var stage = TinyRun.Build(
            TinyRun.Stage1 with { Model = TinyRun.Stage1.Model with { Decoder = new LinearPixelDecoderConfig() } });
        var losses = stage.ComputeLoss(TinyRun.Video(), 0);
        losses.Total.backward();
        Assert.True(losses.Parts.Single(p => p.Key == "pixel").Value.item<float>() > 0);
        var decoder = stage.Student.named_parameters().Where(p => p.name.StartsWith("decoder.pixel_decoder.", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(2, decoder.Count);
        Assert.All(decoder, p => Assert.True(p.parameter.grad!.abs().sum().item<float>() > 0, p.name));
    }

    [Fact]
    public void Presets_EachName_HasSizesOfItsOwn()
    {
        var sizes = Presets.Names.Select(
            name => (Name: name, Presets.Stage1(name).Model.Encoder.Width, Stage2: Presets.Stage2(name).Model.Encoder.Width)).ToList();
        Assert.All(sizes, size => Assert.Equal(size.Width, size.Stage2));
        Assert.Equal(sizes.Count, sizes.Select(size => size.Width).Distinct().Count());
        Assert.Equal(EncoderConfig.Base(16), Presets.Stage1("base").Model.Encoder);
        Assert.Equal(EncoderConfig.Large(16), Presets.Stage1("large").Model.Encoder);
        Assert.Equal(EncoderConfig.OneBillion(32), Presets.Stage2("1b").Model.Encoder);
    }

    [Fact]
    public void Stage2_TeacherOfHighDropPath_DropsNothing()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        using var teacher = (TinyRun.Encoder with { DropPath = 0.9 }).Build(generator);
        using var steady = (TinyRun.Encoder with { DropPath = 0 }).Build(generator);
        steady.load_state_dict(teacher.state_dict());
        var video = TinyRun.Video();
        teacher.train();
        var targets = Stage2Objective.Targets(teacher, video);
        Assert.True(targets.Equals(Stage2Objective.Targets(teacher, video)));
        Assert.True(targets.Equals(Stage2Objective.Targets(steady, video)));
        Assert.False(targets.requires_grad);
        // The same encoder as a student does drop.
        using var drops = new Generator(3);
        Assert.False(teacher.forward(video, null, drops).Tokens.Equals(teacher.forward(video, null, null).Tokens));
    }

    [Fact]
    public void Library_ReferencedAssemblies_NoAttentionPackageAmongThem()
    {
        var names = typeof(VideoEncoder).Assembly.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(name => !name.StartsWith("System", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        console.WriteLine(string.Join(", ", names));
        Assert.Contains("TorchSharp", names);
        Assert.DoesNotContain(
            names, name =>
            name.Contains("flash", StringComparison.OrdinalIgnoreCase) || name.Contains("attention", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Stage1_TeacherNotNamed_IsAnErrorThatSaysHowToGetIt()
    {
        var config = Presets.Stage1("base") with { Training = TinyRun.Training(1) };
        var error = Assert.Throws<ConfigurationException>(() => StageFactory.Create(config));
        Assert.Contains("path is null", error.Message, StringComparison.Ordinal);
        Assert.Contains("weights fetch siglip2-giant", error.Message, StringComparison.Ordinal);
        var named = config with { Teacher = (SiglipTeacherConfig)config.Teacher! with { Path = "no-such-file.safetensors" } };
        Assert.Contains(
            "no-such-file.safetensors", Assert.Throws<FileNotFoundException>(() => StageFactory.Create(named)).Message,
            StringComparison.Ordinal);
    }

    private static void AssertChangesLoss(RunConfig config, params string[] set)
    {
        using var scope = NewDisposeScope();
        using var before = TinyRun.Build(config);
        using var after = TinyRun.Build(ConfigJson.Override(config, set));
        var video = TinyRun.Video();
        Assert.NotEqual(before.ComputeLoss(video, 0).Total.item<float>(), after.ComputeLoss(video, 0).Total.item<float>());
    }
}
