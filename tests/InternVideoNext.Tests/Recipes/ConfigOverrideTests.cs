using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Recipes;

public sealed class ConfigOverrideTests
{
    [Fact]
    public void Override_Paths_ReplaceSingleValues()
    {
        var config = (Stage1Config)Override(
            "training.steps=7", "training.seed=18446744073709551615", "training.checkpoint_every=3", "training.device=cuda:1",
            "training.precision=bfloat16", "model.encoder.depth=4", "masking.ratio = 0.5", "masking.selection=top_k",
                "model.predictor.heads=4",
            "data.crop_scales=[1,0.5]", "data.crop_scales.1=0.25", "pixel_weight=0.5", "teacher.tower.eps=1e-5");
        Assert.Equal((7, ulong.MaxValue, 3, "cuda:1", Precision.Bfloat16),
            (config.Training.Steps, config.Training.Seed, config.Training.CheckpointEvery, config.Training.Device,
                config.Training.Precision));
        Assert.Equal(4, config.Model.Encoder.Depth);
        Assert.Equal(new SemanticMaskingConfig { Ratio = 0.5, Selection = SaliencySelection.TopK }, config.Masking);
        Assert.Equal(4, ((VitPredictorConfig)config.Model.Predictor!).Heads);
        Assert.Equal([1, 0.25], config.Data.CropScales);
        Assert.Equal(0.5, config.PixelWeight);
        Assert.Equal(1e-5, ((SiglipTeacherConfig)config.Teacher!).Tower.Eps);
        Assert.Equal(TinyRun.Stage1.Model.Decoder, config.Model.Decoder);
    }

    [Fact]
    public void Override_NewKind_BringsItsDefaults()
    {
        Assert.Equal(new TubeMaskingConfig(), Override("masking.kind=tube").Masking);
        Assert.Equal(new TubeMaskingConfig { Ratio = 0.5 }, Override("masking.kind=tube", "masking.ratio=0.5").Masking);
        Assert.Equal(new LinearPixelDecoderConfig(), Override("model.decoder.kind=linear_pixel").Model.Decoder);
        Assert.Equal(TinyRun.Stage1.Masking, Override("masking.kind=semantic").Masking);
        Assert.Contains(
            "'width', 'heads'", Fails("model.predictor.kind=modern_bert", "model.predictor.kind=vit"), StringComparison.Ordinal);
    }

    [Fact]
    public void Override_WholeSections_AsJsonOrNull()
    {
        Assert.Null(Override("model.alignment=null", "middle_weight=0", "final_weight=0").Model.Alignment);
        Assert.Equal(new RandomMaskingConfig { Ratio = 0.5 }, Override("""masking={"kind":"random","ratio":0.5}""").Masking);
        var moved = (Stage2Config)ConfigJson.Override(TinyRun.Stage2, ["start=runs/a=b", "predictor_start=kept"]);
        Assert.Equal("runs/a=b", moved.Start);
    }

    [Theory]
    [InlineData("training.stepz=1", "there is no 'stepz' here; known: steps, batch_size, seed")]
    [InlineData("trainin.steps=1", "there is no 'trainin' here; known: stage, ")]
    [InlineData("training.steps.more=1", "there is no 'more' here; known: nothing, it is a single value")]
    [InlineData("data.crop_scales.9=1", "there is no '9' here; known: 0 to 3")]
    [InlineData("masking.blocks=1", "there is no 'blocks' here; known: kind, ratio, selection, keep")]
    [InlineData("masking.kind=tubes", "tubes")]
    [InlineData("training.steps", "expected path=value")]
    [InlineData("=1", "there is no '' here")]
    [InlineData("training.steps=", "training.steps")]
    [InlineData("training.steps=lots", "training.steps")]
    [InlineData("training.precision=half", "'half' is none of float32, bfloat16")]
    [InlineData("model=null", "model")]
    [InlineData("masking.keep=null", "masking.keep")]
    [InlineData("stage=stage2", "chosen by the command")]
    public void Override_WrongAssignment_ThrowsNamingIt(string assignment, string expected) =>
        Assert.Contains(expected, Fails(assignment), StringComparison.Ordinal);

    [Fact]
    public void Override_InsideNull_SaysToSetTheWhole() =>
        Assert.Contains("'teacher' is null; set the whole of it", Fails("teacher=null", "teacher.interval=2"), StringComparison.Ordinal);

    [Fact]
    public void Override_SeveralWrongSections_ListsThemAll()
    {
        var message = Fails(
            "training.steps=0", "training.beta1=1", "model.encoder.width=30", "model.predictor.depth=0", "model.decoder.width=-1",
                "model.alignment.layers=9",
            "data.frames=3", "data.workers=-1", "middle_weight=-1", "teacher.interval=-1", "training.decay_share=0",
                "model.encoder.position_base=1",
            "model.encoder.position_scale=-1", "model.decoder.token_share=0", "model.decoder.noise_levels=0");
        Assert.All(
            [
                "training: steps = 0 must be above 0", "beta1 = 1 must lie in [0, 1)", "width = 30 must be a multiple",
                    "model.predictor: depth = 0",
                "model.decoder: width = -1", "alignment.layers is 9, but encoder.depth is 2",
                    "data.frames is 3, but model.encoder.frames is 2", "data: workers = -1",
                "stage1: middle_weight = -1 must be 0 or more", "teacher: interval = -1", "decay_share = 0 must lie in (0, 1]",
                    "position_base = 1 must be above 1",
                "model.encoder: position_scale = -1", "token_share = 0 must lie in (0, 1]", "noise_levels = 0 must lie in 1..",
            ],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("masking", """{"kind":"multi_block","blocks":[]}""", "blocks is empty")]
    [InlineData("masking", """{"kind":"multi_block","blocks":[null]}""", "blocks[0] is null")]
    [InlineData("masking", """{"kind":"multi_block"}""", "Stage 1 uses one")]
    [InlineData("model.predictor", "null", "decoder is set but predictor is null")]
    [InlineData("model.decoder", """{"kind":"latent"}""", "model.decoder is no pixel decoder")]
    [InlineData("teacher", "null", "teacher is null")]
    [InlineData("teacher.random_weights", "false", "teacher: path is null; name the SigLIP2 weights")]
    [InlineData("teacher.tower.depth", "1", "need a teacher deeper than its 1")]
    [InlineData("model.encoder.patch_size", "0", "patch_size = 0")]
    public void Override_PartsThatDoNotFit_ThrowsSayingWhy(string path, string json, string expected) =>
        Assert.Contains(expected, Fails($"{path}={json}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("teacher=image", "teacher is image, but image_teacher is null")]
    [InlineData("teacher_momentum=1.5", "teacher_momentum = 1.5 must lie in 0..1")]
    [InlineData("predictor_start=kept", "start is null")]
    [InlineData("model.predictor=null", "Stage 2 trains one")]
    [InlineData("masking.kind=semantic", "Stage 2 has none")]
    [InlineData("model.decoder.target_width=5", "set it to null")]
    public void Override_Stage2PartsThatDoNotFit_ThrowsSayingWhy(string assignment, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<ConfigurationException>(() => ConfigJson.Override(TinyRun.Stage2, [assignment])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Difference_Describe_ListsEveryChangedPath()
    {
        var changed = Override("training.steps=9", "masking.kind=tube");
        Assert.Equal(
            ["masking.keep", "masking.kind", "masking.selection", "training.steps"], ConfigDifference.Paths(TinyRun.Stage1, changed));
        var text = ConfigDifference.Describe(TinyRun.Stage1, changed);
        Assert.Contains("  training.steps: 1 -> 9", text, StringComparison.Ordinal);
        Assert.Contains("  masking.kind: \"semantic\" -> \"tube\"", text, StringComparison.Ordinal);
        Assert.Contains("  masking.keep: \"salient\" -> absent", text, StringComparison.Ordinal);
    }

    private static RunConfig Override(params string[] assignments) => ConfigJson.Override(TinyRun.Stage1, assignments);

    private static string Fails(params string[] assignments) => Assert.Throws<ConfigurationException>(() => Override(assignments)).Message;
}
