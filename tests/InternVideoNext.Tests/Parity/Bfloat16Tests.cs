using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using InternVideoNext.Tests.Training;
using InternVideoNext.Training;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Parity;

/// <summary>
/// bfloat16 against float32: the same weights (but for their rounding), masks, timesteps and noise. bfloat16 keeps 8 bits,
/// a relative rounding of 0.4 %, at every operation.
/// </summary>
public sealed class Bfloat16Tests(ITestOutputHelper console)
{
    private const double LossBound = 0.005, GradientBound = 0.02, CosineBound = 0.999;

    [Theory]
    [InlineData("stage1", "vit")]
    [InlineData("stage1", "modern_bert")]
    [InlineData("stage2", "vit")]
    public void ComputeLoss_Bfloat16_LossAndGradientsNearFloat32(string name, string predictor)
    {
        using var scope = NewDisposeScope();
        using var full = Build(name, predictor, Precision.Float32);
        using var half = Build(name, predictor, Precision.Bfloat16);
        Assert.All(half.Student.parameters(), p => Assert.Equal(bfloat16, p.dtype));
        var video = TinyRun.Video();
        var expected = full.ComputeLoss(video, 0);
        var actual = half.ComputeLoss(video.to(bfloat16), 0);
        foreach (var ((part, theirs), (_, ours)) in expected.Parts.Zip(actual.Parts))
        {
            Assert.Equal(float32, ours.dtype);
            var difference = Math.Abs((ours.item<float>() / theirs.item<float>()) - 1);
            console.WriteLine($"{part}: {theirs.item<float>():g6} in float32, {difference:p3} off in bfloat16");
            Assert.InRange(difference, 0, LossBound);
        }
        expected.Total.backward();
        actual.Total.backward();
        var (gradients, references) = (Flat(half), Flat(full));
        var error = ((gradients - references).norm() / references.norm()).item<float>();
        var cosine = nn.functional.cosine_similarity(gradients, references, 0).item<float>();
        console.WriteLine($"gradient: {error:p2} off in norm, cosine {cosine:f5}");
        Assert.InRange(error, 1e-5, GradientBound);
        Assert.InRange(cosine, CosineBound, 1.0001);
    }

    [Fact]
    public void Step_Bfloat16Stage_MastersStayFloat32AndNearTheFloat32Run()
    {
        using var scope = NewDisposeScope();
        using var full = Build("stage1", "vit", Precision.Float32);
        using var half = Build("stage1", "vit", Precision.Bfloat16);
        var start = Flat(half, p => p.detach());
        using var ours = new FlatAdamW(half.Student, TinyRun.Training(1));
        using var theirs = new FlatAdamW(full.Student, TinyRun.Training(1));
        const double Rate = 1e-4;
        for (var step = 0; step < 3; step++)
        {
            Step(half, ours, TinyRun.Video().to(bfloat16), step);
            Step(full, theirs, TinyRun.Video(), step);
        }
        foreach (var group in ours.Parameters.Groups)
        {
            Assert.True(group.HasMasterCopy);
            Assert.All([group.Master, group.FirstMoment, group.SecondMoment], t => Assert.Equal(float32, t.dtype));
            Assert.Equal(float32, group.Gradient.dtype); // summed over batches
            // What the model computes with is the masters, rounded.
            foreach (var (name, view) in group.Views(group.Master))
                Assert.True(view.to(bfloat16).Equals(half.Student.get_parameter(name)!), name);
        }
        // Three steps of Adam move a weight by at most three rates: the masters hold them, bfloat16 weights mostly do not.
        var moved = (Flat(half, p => p.detach()) - start).count_nonzero().item<long>();
        var masters = cat([.. ours.Parameters.Groups.Select(g => g.Master)]);
        var references = cat([.. theirs.Parameters.Groups.Select(g => g.Master)]);
        console.WriteLine(
            $"{moved} of {start.numel()} bfloat16 weights moved; masters within {(masters - references).abs().max().item<float>():g3} "
            + "of float32's");
        Assert.InRange((masters - references).abs().max().item<float>(), 0, (6 * Rate) + (references.abs().max().item<float>() / 256));

        static void Step(ITrainingStage stage, FlatAdamW optimizer, Tensor video, int index)
        {
            optimizer.ZeroGradients();
            var loss = stage.ComputeLoss(video, index).Total;
            loss.backward();
            optimizer.TakeBatch();
            optimizer.Step(Rate, loss);
        }
    }

    // Neither saliency nor dropped paths: their draws would fall otherwise once the numbers are rounded.
    private static ITrainingStage Build(string name, string predictor, Precision precision)
    {
        RunConfig config = name == "stage1" ? TinyRun.Stage1 : TinyRun.Stage2;
        string[] set = ["model.encoder.drop_path=0", $"training.precision={(precision == Precision.Bfloat16 ? "bfloat16" : "float32")}"];
        if (name == "stage1") set = [.. set, "masking.kind=random"];
        if (predictor == "modern_bert") set = [.. set, """model.predictor={"kind":"modern_bert","width":24,"heads":2,"intermediate":32,"layer_ids":[26,27],"init_std":0.1}"""];
        var stage = TinyRun.Build(ConfigJson.Override(config, set));
        // The diffusion decoder starts by answering zero, whatever its input: give it something to say.
        using var noGrad = no_grad();
        using var generator = new Generator(8);
        foreach (
            var (key, parameter) in stage.Student.named_parameters()
            .Where(p => p.name.StartsWith("decoder.diffloss", StringComparison.Ordinal)))
            parameter.add_((randn(parameter.shape, generator: generator) * 0.05).to(parameter.dtype));
        return stage;
    }

    private static Tensor Flat(ITrainingStage stage) => Flat(stage, p => p.grad!);

    private static Tensor Flat(ITrainingStage stage, Func<Tensor, Tensor> choose) =>
        cat([.. stage.Student.parameters().Where(p => p.requires_grad).Select(p => choose(p).to(float32).flatten())]);
}
