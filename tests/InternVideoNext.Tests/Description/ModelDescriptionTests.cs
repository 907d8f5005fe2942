using System.CommandLine;
using System.Diagnostics;
using InternVideoNext.Cli.Commands;
using InternVideoNext.Description;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Description;

public sealed class ModelDescriptionTests(ITestOutputHelper console)
{
    [Theory]
    [InlineData("tiny", 1)]
    [InlineData("tiny", 2)]
    [InlineData("mini", 1)]
    [InlineData("mini", 2)]
    [InlineData("small", 1)]
    [InlineData("small", 2)]
    public void Of_SmallPreset_ParametersEqualTheBuiltModels(string preset, int stage)
    {
        var config = Config(preset, stage);
        using var model = config.Model.Build(new Generator(1));
        AssertSameParameters(ModelDescription.Of(config).Student, model);
    }

    [Fact]
    public void Of_ModernBertPredictor_ParametersEqualTheBuiltModels()
    {
        var tiny = Presets.Stage1("tiny");
        var config = tiny with
        {
            Model = tiny.Model with
            {
                Predictor = new ModernBertPredictorConfig
                {
                    Width = 24,
                    Heads = 3,
                    Intermediate = 20,
                    LayerIds = [0, 1, 2, 3],
                    LocalAttention = 8
                },
                Decoder = new LinearPixelDecoderConfig(),
            },
        };
        using var model = config.Model.Build(new Generator(1));
        AssertSameParameters(ModelDescription.Of(config).Student, model);
    }

    [Fact]
    public void Of_TinyTeacher_ParametersEqualTheShippedTowers()
    {
        var config = Presets.Stage1("tiny");
        using var teacher = StageFactory.CreateTeacher(config);
        using var tower = new SiglipConfig { Width = 96, Intermediate = 384, Depth = 4, Heads = 4, ImageSize = 32, PatchSize = 8 }.Build(
            new Generator(1));
        AssertSameParameters(ModelDescription.Of(config).Teacher!, tower);
    }

    [Fact]
    public void Of_Base_EncoderHasThePapersSize()
    {
        var encoder = ModelDescription.Of(Presets.Stage1("base")).Student.Children.Single(block => block.Name == "encoder");
        console.WriteLine($"Base encoder with pool: {encoder.Parameters:N0}");
        Assert.Equal(91, Math.Round(encoder.Parameters / 1e6));
        using var built = EncoderConfig.Base(16).Build(new Generator(1));
        Assert.Equal(built.parameters().Sum(p => p.numel()), encoder.Parameters);
    }

    [Fact]
    public void Of_LargestPreset_IsQuickAndAllocatesNoWeights()
    {
        var (clock, before) = (Stopwatch.StartNew(), Environment.WorkingSet);
        foreach (var stage in (int[])[1, 2])
        {
            var description = ModelDescription.Of(Config("1b", stage));
            Assert.InRange(description.Student.Children[0].Parameters, 0.95e9, 1.1e9);
        }
        console.WriteLine($"{clock.ElapsedMilliseconds} ms, {(Environment.WorkingSet - before) >> 20} MiB more");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
        Assert.True(Environment.WorkingSet - before < 1L << 30);
    }

    [Fact]
    public void Of_MultiplyAdds_AreThoseOfTheMatrixProducts()
    {
        // 4 frames of 4 x 4 tokens, 16 of 64 visible, 4 class tokens: by hand.
        var description = ModelDescription.Of(Presets.Stage1("tiny"));
        Assert.Equal((64, 16.0), (description.Tokens, Assert.Single(description.VisibleTokens)));
        var encoder = description.Student.Children[0];
        const double Width = 32, Seen = 20, Hidden = 128;
        var block = (Seen * 4 * Width * Width) + (2 * Seen * Seen * Width) + (Seen * 2 * Width * Hidden);
        Assert.Equal(2 * block, encoder.Children.Single(b => b.Name == "blocks.0-1").MultiplyAdds);
        Assert.Equal(64 * 192 * Width, encoder.Children.Single(b => b.Name == "patch_embed").MultiplyAdds);
        Assert.Equal(description.Student.Children.Sum(b => b.MultiplyAdds), description.Student.MultiplyAdds);
        var decoder = description.Student.Children.Single(b => b.Key.StartsWith("decoder.", StringComparison.Ordinal));
        // A quarter of the 48 hidden tokens, into the decoder's width.
        Assert.Equal(12 * Width * 512, decoder.Children.Single(b => b.Name == "cond_embed").MultiplyAdds);
    }

    [Fact]
    public void Of_LossSwitchedOff_ItsPartsCostNothing()
    {
        var config = Presets.Stage1("tiny") with { PixelWeight = 0 };
        var student = ModelDescription.Of(config).Student;
        Assert.Equal(0, student.Children.Where(b => b.Name is "predictor" or "diffloss").Sum(b => b.MultiplyAdds));
        Assert.True(student.Children.Single(b => b.Name == "predictor").Parameters > 0);
    }

    [Fact]
    public void Memory_Bfloat16_HasMastersAndMoments()
    {
        var config = Presets.Stage1("base");
        var description = ModelDescription.Of(config);
        var parameters = (double)description.Student.Parameters;
        double Bytes(string name) => description.Memory.Lines.Single(line => line.Name == name).Bytes;
        Assert.Equal(
            (2 * parameters, 4 * parameters, 8 * parameters), (Bytes("weights"), Bytes("float32 master weights"), Bytes("AdamW moments")));
        Assert.Equal(2 * description.Student.Activations * config.Training.BatchSize, Bytes("activations"));
        Assert.Equal(description.Memory.Lines.Sum(line => line.Bytes), description.Memory.Bytes);
    }

    [Theory]
    [InlineData("base", "1")]
    [InlineData("1b", "2")]
    public async Task Command_PaperPreset_PrintsTree(string preset, string stage)
    {
        using var output = new StringWriter();
        var code = await DescribeCommand.Create().Parse(["--preset", preset, "--stage", stage, "--set", "training.batch_size=6"])
            .InvokeAsync(new InvocationConfiguration { Output = output });
        console.WriteLine(output.ToString());
        Assert.Equal(0, code);
        Assert.All(
            ["clip_projector", "bert_decoder", "multiply-adds", "AdamW moments", "(method 1)", "a step of 6 clips"],
            part => Assert.Contains(part, output.ToString(), StringComparison.Ordinal));
    }

    private static RunConfig Config(string preset, int stage) => stage == 1 ? Presets.Stage1(preset) : Presets.Stage2(preset);

    // Every block against the parameters under its key; a repeated block stands for all of its kind.
    private static void AssertSameParameters(BlockDescription block, nn.Module module)
    {
        var sizes = module.named_parameters().ToDictionary(p => p.name, p => p.parameter.numel());
        Visit(block);

        void Visit(BlockDescription at)
        {
            var expected = sizes.Where(p => p.Key.StartsWith(at.Key, StringComparison.Ordinal)).Sum(p => p.Value);
            Assert.True(at.Parameters == expected, $"{at.Key}: {at.Parameters} described, {expected} built");
            if (at.Repeat > 1) return;
            foreach (var child in at.Children) Visit(child);
        }
    }
}
