using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

/// <summary>Both stages, their ablations included: what is trained is trained, and nothing else.</summary>
public sealed class StageTests(ITestOutputHelper console)
{
    /// <summary>One configuration value away from the method, and the parameters that no loss of the run reaches.</summary>
    public static TheoryData<string, string[], string[]> Variants => new()
    {
        { "stage1", [], [] },
        { "stage1", ["model.decoder.kind=linear_pixel"], [] },
        { "stage1", ["pixel_weight=0"], ["predictor.", "decoder."] },
        { "stage1", ["middle_weight=0"], ["alignment.clip_pos_embed", "alignment.clip_decoder."] },
        { "stage1", ["final_weight=0"], ["alignment.final_clip_decoder.", "encoder.clip_projector."] },
        { "stage1", ["middle_weight=0", "final_weight=0", "model.decoder.kind=linear_pixel"], ["alignment.", "encoder.clip_projector."] },
        { "stage1", ["""masking={"kind":"semantic","ratio":0.8,"selection":"top_k","keep":"background"}"""], [] },
        { "stage1", ["masking.kind=tube"], [] },
        { "stage1", ["masking.kind=random"], [] },
        { "stage1", ["""model.predictor={"kind":"modern_bert","width":24,"heads":2,"intermediate":32,"layer_ids":[26,27],"init_std":0.1}"""], [] },
        { "stage1", ["training.accumulation=2"], [] },
        { "stage1", ["training.precision=bfloat16"], [] },
        { "stage2", [], ["encoder.clip_projector."] },
        { "stage2", ["teacher_momentum=1"], ["encoder.clip_projector."] },
        { "stage2", ["teacher=image", "model.decoder.target_width=24"], ["encoder.clip_projector."] },
        { "stage2", ["model.predictor.initialization=zero"], ["encoder.clip_projector."] },
        { "stage2", ["training.precision=bfloat16"], ["encoder.clip_projector."] },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Train_EveryVariant_ChangesExactlyWhatALossReaches(string name, string[] set, string[] untouched)
    {
        var config = ConfigJson.Override(Config(name), [.. set, "training.steps=3", "training.clip_norm=1000"]);
        using var scope = NewDisposeScope();
        using var folder = new TemporaryRun();
        using var stage = TinyRun.Build(config);
        var before = stage.Student.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        var outcome = await new Trainer(config, stage, new NoiseClips(), folder.Run).RunAsync(null, CancellationToken.None);

        Assert.True(outcome.Finished);
        Assert.Equal(0, outcome.SkippedSteps);
        using var state = SafetensorsFile.Open(Path.Combine(outcome.Checkpoint, TrainingCheckpoint.OptimizerFile));
        foreach (var (parameter, tensor) in stage.Student.named_parameters())
        {
            var reached = !untouched.Any(part => parameter.StartsWith(part, StringComparison.Ordinal));
            Assert.True(reached == tensor.requires_grad, $"{parameter} asks for a gradient: {tensor.requires_grad}");
            Assert.True(tensor.isfinite().all().item<bool>(), parameter);
            // In bfloat16 a small step may show in the float32 master alone.
            var master = state.Entries.ContainsKey($"master.{parameter}") ? state.Read($"master.{parameter}") : tensor;
            Assert.True(reached != master.Equals(before[parameter].to(float32)), $"{parameter} {(reached ? "did not change" : "changed")}");
        }
        var metrics = MetricsFile.Read(folder.Run.MetricsFile);
        Assert.Equal(3, metrics.Count);
        Assert.All(metrics, m => Assert.All(m.Parts.Values, value => Assert.NotNull(value)));
        var diffuses = config is Stage1Config { PixelWeight: > 0, Model.Decoder: DiffusionDecoderConfig };
        Assert.All(metrics, m => Assert.Equal(diffuses ? ["pixel_t1", "pixel_t2", "pixel_t3", "pixel_t4"] : null, m.Details?.Keys));
        console.WriteLine($"{string.Join("; ", metrics.Select(m => string.Join(", ", m.Parts.Select(p => $"{p.Key} {p.Value:f4}"))))}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Train_Stage1_MeasuresListeningWhereItMeasuresHealth(int accumulation)
    {
        using var folder = new TemporaryRun();
        var training = TinyRun.Training(7) with { HealthEvery = 3, Accumulation = accumulation };
        await TinyRun.TrainAsync(TinyRun.Stage1 with { Training = training }, folder.Run);
        string[] quarters = ["pixel_t1", "pixel_t2", "pixel_t3", "pixel_t4"],
            listening = ["listening_t1", "listening_t2", "listening_t3", "listening_t4"];
        var metrics = MetricsFile.Read(folder.Run.MetricsFile);
        Assert.Equal(7, metrics.Count);
        foreach (var step in metrics)
        {
            var measured = step.Step is 3 or 6;
            Assert.Equal(measured, step.Health is not null);
            Assert.Equal(measured ? [.. quarters, .. listening] : quarters, step.Details!.Keys);
        }
    }

    [Theory]
    [InlineData("stage1")]
    [InlineData("stage2")]
    public void ComputeLoss_Backward_GivesEveryTrainedParameterAGradient(string name)
    {
        using var scope = NewDisposeScope();
        using var stage = TinyRun.Build(Config(name));
        // Modulation and output layers of the diffusion decoder start at zero, which holds back the gradient of what lies
        // before them; one step away from the start every parameter has its own.
        using (no_grad())
            foreach (var (parameter, tensor) in stage.Student.named_parameters())
                if (parameter.StartsWith("decoder.diffloss", StringComparison.Ordinal)) tensor.add_(0.01);
        stage.ComputeLoss(TinyRun.Video(), 0).Total.backward();
        var trained = stage.Student.named_parameters().Where(p => p.parameter.requires_grad).ToList();
        Assert.All(trained, p => Assert.True(p.parameter.grad is { } g && g.abs().sum().item<float>() > 0, p.name));
        Assert.All(stage.Student.named_parameters().Where(p => !p.parameter.requires_grad), p => Assert.Null(p.parameter.grad));
        console.WriteLine($"{trained.Count} parameters");
    }

    [Theory]
    [InlineData("stage1", 60)]
    [InlineData("stage2", 60)]
    public async Task Train_OneBatchAgainAndAgain_LowersEveryPart(string name, int steps)
    {
        var set = new[] { $"training.steps={steps}", "training.warmup_steps=5", "model.encoder.drop_path=0" };
        var config = ConfigJson.Override(Config(name), name == "stage2" ? [.. set, "teacher_momentum=1"] : set);
        using var folder = new TemporaryRun();
        await TinyRun.TrainAsync(config, folder.Run, clips: new NoiseClips { Same = true });
        var metrics = MetricsFile.Read(folder.Run.MetricsFile);
        foreach (var part in metrics[0].Parts.Keys)
        {
            var (first, last) = (Mean(metrics.Take(5), part), Mean(metrics.TakeLast(5), part));
            console.WriteLine($"{part}: {first:f4} -> {last:f4}");
            Assert.InRange(last, 0, 0.85 * first);
        }

        static double Mean(IEnumerable<StepMetrics> metrics, string part) => metrics.Average(m => m.Parts[part]!.Value);
    }

    [Theory]
    [InlineData("stage1")]
    [InlineData("stage2")]
    public void ComputeLoss_SameSeedAndStep_SameNumbers(string name)
    {
        using var scope = NewDisposeScope();
        using var first = TinyRun.Build(Config(name));
        using var second = TinyRun.Build(Config(name));
        var video = TinyRun.Video();
        Assert.Equal(Loss(first, 7), Loss(second, 7));
        Assert.NotEqual(Loss(first, 7), Loss(first, 8));

        float Loss(ITrainingStage stage, long step) => stage.ComputeLoss(video, step).Total.item<float>();
    }

    [Fact]
    public void Stage1_TeacherThatDoesNotFit_IsRefusedByName()
    {
        Assert.Contains(
            "none was given", Assert.Throws<ConfigurationException>(() => new Stage1(TinyRun.Stage1, teacher: null)).Message,
            StringComparison.Ordinal);
        var wide = TinyRun.Stage1 with
        {
            Model = TinyRun.Stage1.Model with
            {
                Alignment = new AlignmentConfig
                {
                    Layers = 2,
                    TeacherWidth = 48
                }
            }
        };
        using var teacher = TinyRun.Teacher();
        Assert.Contains(
            "set model.alignment.teacher_width=24", Assert.Throws<ConfigurationException>(() => new Stage1(wide, teacher)).Message,
            StringComparison.Ordinal);
        var fine = TinyRun.Stage1 with { Model = TinyRun.Stage1.Model with { Encoder = TinyRun.Encoder with { PatchSize = 8 } } };
        Assert.Contains(
            "2 x 2 tokens per frame, the teacher 4 x 4", Assert.Throws<ConfigurationException>(() => new Stage1(fine, teacher)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stage2_StartedFromStage1_TakesItsWeights()
    {
        using var one = new TemporaryRun();
        var stage1 = TinyRun.Stage1 with { Model = TinyRun.Stage1.Model with { Decoder = new LinearPixelDecoderConfig() } };
        await TinyRun.TrainAsync(stage1, one.Run);
        using var trained = ModelCheckpoint.Open(one.Run.Root, CPU);
        var config = TinyRun.Stage2 with { Start = one.Run.Root, PredictorStart = PredictorStart.Kept, TeacherMomentum = 1 };
        using var kept = new Stage2(config, imageTeacher: null);
        using var fresh = new Stage2(config with { PredictorStart = PredictorStart.Fresh }, imageTeacher: null);
        var source = trained.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in kept.Student.named_parameters())
        {
            if (name.StartsWith("encoder.", StringComparison.Ordinal) || name.StartsWith("predictor.", StringComparison.Ordinal))
                Assert.True(parameter.Equals(source[name]), name);
        }
        Assert.All(
            kept.ExtraState,
            teacher =>
            Assert.True(teacher.Value.Equals(source[teacher.Key.Replace("teacher.", "encoder.", StringComparison.Ordinal)]), teacher.Key));
        var predictor = fresh.Student.named_parameters()
            .Where(p => p.name.StartsWith("predictor.", StringComparison.Ordinal) && p.parameter.dim() == 2);
        Assert.All(predictor, p => Assert.False(p.parameter.Equals(source[p.name]), p.name));
        using var encoder = ModelCheckpoint.OpenEncoder(one.Run.Root, CPU);
        Assert.All(encoder.named_parameters(), p => Assert.True(p.parameter.Equals(source["encoder." + p.name]), p.name));
    }

    private static RunConfig Config(string name) =>
        name == "stage1" ? TinyRun.Stage1 : TinyRun.Stage2 with { ImageTeacher = TinyRun.Stage1.Teacher };
}
