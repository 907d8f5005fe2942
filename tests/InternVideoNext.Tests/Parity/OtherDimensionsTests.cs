using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Parity;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using TorchSharp.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Parity;

/// <summary>
/// Files of other dimensions than the fixtures', written from this package's own modules: they show that every dimension is
/// read from the file. The optimiser steps in them are TorchSharp's own AdamW's.
/// </summary>
public sealed class OtherDimensionsTests(ITestOutputHelper console) : IDisposable
{
    private static readonly EncoderConfig Encoder = new()
    {
        Width = 64,
        Depth = 2,
        Heads = 8,
        ImageSize = 24,
        PatchSize = 8,
        Frames = 5,
        ClassTokens = 3,
        MlpRatio = 2.5,
        PoolHeads = 2,
        PoolWidth = 20,
        LayerScaleInit = 0.5,
        InitStd = 0.2,
    };

    private static readonly ModernBertPredictorConfig Predictor = new()
    { Width = 48, Heads = 3, Intermediate = 40, LayerIds = [26, 27], LocalAttention = 12, InitStd = 0.2 };

    private readonly ParityFolder _folder = new();
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Generator _generator = new(5);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Encoder_OtherDimensions_AgreesWithItself()
    {
        using var scope = NewDisposeScope();
        using var encoder = (Encoder with { NormEps = 1e-3 }).Build(_generator);
        Add("weights.", encoder, name => name);
        var video = _tensors["input.video"] = Random(2, 3, 5, 24, 24);
        var tokens = encoder.forward(video, null, null).Tokens;
        _tensors["output.patch_embed"] = encoder.EmbedPatches(video).view(2, 5, 9, 64);
        _tensors["output.tokens"] = tokens.narrow(1, 3, 45);
        _tensors["output.projected"] = encoder.Pool(tokens);
        AssertAgrees("""{"heads": 8, "pool_heads": 2, "norm_eps": 1e-3}""");
        Assert.Contains(Run("""{"heads": 4, "pool_heads": 2, "norm_eps": 1e-3}"""), row => !row.Passed);
    }

    [Fact]
    public void ModernBert_OtherDimensions_AgreesWithItself()
    {
        using var scope = NewDisposeScope();
        using var body = (Predictor with { LayerIds = [0, 1, 2, 3, 4], GlobalEvery = 2, NormEps = 1e-4 }).BuildBody(_generator);
        Add("weights.", body, name => name);
        var input = _tensors["output.layer_in.0"] = Random(3, 29, 48);
        var outputs = body.LayerOutputs(input);
        for (var i = 0; i < 5; i++)
        {
            _tensors[$"output.layer_out.{i}"] = outputs[i];
            if (i < 4) _tensors[$"output.layer_in.{i + 1}"] = outputs[i].clone();
        }
        AssertAgrees("""{"heads": 3, "local_attention": 12, "norm_eps": 1e-4, "layer_types": ["full_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention"]}""");
    }

    [Fact]
    public void Siglip_OtherDimensions_AgreesWithItself()
    {
        using var scope = NewDisposeScope();
        using var tower = new SiglipConfig
        {
            Width = 24,
            Intermediate = 36,
            Depth = 3,
            Heads = 2,
            ImageSize = 30,
            PatchSize = 6,
            Eps = 1e-4
        }.Build(_generator);
        Add("weights.", tower, name => name);
        var seen = tower.forward(_tensors["input.pixel_values"] = Random(2, 3, 30, 30), [0, 1, 2, 3]);
        for (var i = 0; i < 3; i++) (_tensors[$"output.layer_in.{i}"], _tensors[$"output.layer_out.{i}"]) = (
            seen.States[i], seen.States[i + 1].clone());
        (_tensors["output.last_hidden_state"], _tensors["output.pooler_output"], _tensors["output.pool_attention"]) = (
            seen.Tokens, seen.Pooled, seen.Attention);
        AssertAgrees("""{"heads": 2, "layer_norm_eps": 1e-4}""");
    }

    [Fact]
    public void Stage2_NothingInInfo_HeadsWindowAndLayersAreFound()
    {
        using var scope = NewDisposeScope();
        using var student = new ModelConfig
        {
            Encoder = Encoder,
            Predictor = Predictor with { LocalAttention = 8 },
            Decoder = new LatentDecoderConfig()
        }.Build(_generator);
        using var teacher = Encoder.Build(_generator);
        AddReference("weights.student.", student);
        Add("weights.teacher.", teacher, name => name);
        var video = _tensors["input.video"] = Random(2, 3, 5, 24, 24);
        _tensors["output.teacher_tokens"] = teacher.forward(video, null, null).Tokens.narrow(1, 3, 45);
        var (targets, patches) = (Stage2Objective.Targets(teacher, video), student.Encoder.Embed(video));
        Tensor total = zeros([]);
        for (var i = 0; i < 3; i++)
        {
            var mask = new RandomMaskingConfig { Ratio = 0.3 + (0.2 * i) }.Build(Encoder.Grid).Draw(2, null, _generator)[0];
            _tensors[$"input.mask.{i}"] = mask.ToBoolean().to(uint8);
            var prediction = _tensors[$"output.prediction.{i}"] = Stage2Objective.Predict(student, patches, mask, null);
            var loss = _tensors[$"output.loss.{i}"] = Stage2Objective.Loss(prediction, targets, mask);
            total += loss;
        }
        total.backward();
        _tensors["output.loss"] = total;
        _tensors["grad.bert_mask_token"] = student.Predictor!.named_parameters().Single(p => p.name == "bert_mask_token").parameter.grad!;
        AssertAgrees("{}");
    }

    [Fact]
    public void Stage1_OtherDimensions_AgreesWithTorchOptimizer()
    {
        using var scope = NewDisposeScope();
        var config = new ModelConfig
        {
            Encoder = Encoder,
            Predictor = Predictor,
            Decoder = new DiffusionDecoderConfig { Width = 24, Depth = 1 },
            Alignment = new AlignmentConfig { Layers = 1, TeacherWidth = 28 },
        };
        using var student = config.Build(_generator);
        // The diffusion decoder starts by answering zero: give it something to say.
        using (no_grad())
            foreach (
                var (name, parameter) in student.named_parameters()
                .Where(p => p.name.Contains("diffloss", StringComparison.Ordinal))) parameter.add_(Random(parameter.shape) * 0.05);
        AddReference("weights.", student);
        foreach (var name in _tensors.Keys.ToList()) _tensors[name] = _tensors[name].clone();
        const double Ratio = 0.6;
        var order = _tensors["input.sample_order"] = rand(10, 9, generator: _generator).argsort(1);
        var mask = new SemanticMaskingConfig { Ratio = Ratio }.Build(Encoder.Grid).FromOrder(2, order);
        var video = _tensors["input.video"] = Random(2, 3, 5, 24, 24);
        var t = _tensors["input.t"] = randint(0, 1000, mask.Masked.numel(), dtype: int64, generator: _generator);
        var noise = _tensors["input.noise"] = Random(mask.Masked.numel(), 192);
        var middle = _tensors["input.teacher_middle"] = nn.functional.normalize(Random(1, 2, 45, 28), dim: -1);
        var final = _tensors["input.teacher_final_per_frame"] = nn.functional.normalize(Random(10, 28), dim: -1);
        _tensors["input.teacher_attention"] = Random(10, 9).softmax(-1);
        _tensors["input.mask"] = mask.ToBoolean().to(uint8);
        _tensors["meta.no_decay_count"] = tensor(
            student.named_parameters().GroupBy(p => WeightDecayRule.Decays(p.name, p.parameter.Dimensions)).OrderBy(g => g.Key)
            .Select(g => (long)g.Count()).ToArray());

        var (decayed, plain) = (
            student.named_parameters().Where(p => Decays(p.name, p.parameter)),
            student.named_parameters().Where(p => !Decays(p.name, p.parameter)));
        using var optimizer = optim.AdamW(
            new AdamW.ParamGroup[]
            {
                new(decayed.Select(p => p.parameter), 2e-3, 0.85, 0.97, 1e-6, 0.1),
                new(plain.Select(p => p.parameter), 2e-3, 0.85, 0.97, 1e-6, 0.0),
            });
        var (losses, norms) = (new float[3], new float[3]);
        for (var step = 0; step < 3; step++)
        {
            optimizer.zero_grad();
            var encoded = student.Encoder.forward(video, mask.Visible, null);
            var pooled = student.Encoder.Pool(encoded.Tokens);
            Tensor[] parts =
            [
                Stage1Objective.AlignMiddle(student.Alignment!, encoded.Layers, middle, mask.Visible),
                Stage1Objective.AlignFinal(student.Alignment!, pooled, final.view(2, 5, 28).mean([1])),
                Stage1Objective.Pixel(
                    student, student.PredictMasked(encoded.Tokens, mask), video, mask,
                    (pixels, z) => ((DiffusionDecoder)student.PixelDecoder!).Loss(pixels, z, t, noise).Total()),
            ];
            var total = parts[0] + parts[1] + parts[2];
            total.backward();
            if (step == 0)
            {
                (_tensors["output.loss_middle"], _tensors["output.loss_final"], _tensors["output.loss_diffusion"]) = (
                    parts[0], parts[1], parts[2]);
                _tensors["output.align_middle"] = student.Alignment!.Middle(encoded.Layers, mask.Visible).detach().clone();
                _tensors["output.align_final"] = student.Alignment.Final(pooled).detach().clone();
                foreach (var (name, parameter) in student.named_parameters().Where(p => p.parameter.grad is not null))
                    _tensors["grad." + ReferenceCheckpoint.Stage1.Export(name).Key] = parameter.grad!.clone();
            }
            losses[step] = total.item<float>();
            norms[step] = (float)nn.utils.clip_grad_norm_(student.parameters(), 2.5);
            optimizer.step();
        }
        (_tensors["output.loss_trajectory"], _tensors["output.grad_norm_trajectory"]) = (tensor(losses), tensor(norms));
        AssertAgrees("""
            {"heads": 8, "predictor_heads": 3, "predictor_layer_ids": [26, 27], "local_attention": 12, "return_layers": [1], "mask_ratio": 0.6,
             "optimizer": "AdamW lr 2e-3 betas 0.85 0.97 eps 1e-6 wd 0.1 on matrices, clip_grad_norm 2.5"}
            """);
        Assert.True(losses[2] < losses[0]);

        static bool Decays(string name, Tensor parameter) =>
            parameter.Dimensions > 1 && !name.EndsWith(".pos_embed", StringComparison.Ordinal)
            && !name.EndsWith("clip_pos_embed", StringComparison.Ordinal) && !name.EndsWith("cls_token", StringComparison.Ordinal);
    }

    [Fact]
    public void Misc_OtherSizes_AreReadFromTheNames()
    {
        using var scope = NewDisposeScope();
        var (from, wider, longer) = (new TokenGrid(6, 3, 3), new TokenGrid(6, 5, 5), new TokenGrid(2, 3, 3));
        var table = _tensors["interp.input"] = Random(1, 56, 32);
        _tensors["interp.temporal_6_to_2"] = PositionTable.Resize(table, from, longer, 2);
        _tensors["interp.spatial_3_to_5"] = PositionTable.Resize(table, from, wider, 2);
        _tensors["pos_embed.dim32_grid3_t6"] = PositionTable.SineCosine(32, from, 2)[0];
        var schedule = new TrainingConfig
        {
            Steps = 33,
            WarmupSteps = 22,
            BatchSize = 256,
            StartLearningRate = 3e-5,
            BaseLearningRate = 2e-3,
            FinalLearningRate = 4e-5
        };
        _tensors["schedule.cosine_3ep_11it_warm2"] = tensor(
            Enumerable.Range(0, 33).Select(i => LearningRateSchedule.At(i, schedule)).ToArray());
        var policy = new MultiBlockMaskingConfig
        {
            Blocks = [new(3, 0.3)],
            AspectMin = 0.5,
            AspectMax = 2,
            Trim = VisibleTrim.Released
        }.Build(new TokenGrid(3, 8, 6));
        var draws = Enumerable.Range(0, 50).Select(_ => policy.Draw(3, null, _generator)[0]).ToList();
        _tensors["multiblock.0.visible_counts"] = tensor(draws.SelectMany(m => Enumerable.Repeat(m.Visible.size(1), 3)).ToArray()).view(
            50, 3);
        _tensors["multiblock.0.masked_fraction_per_step"] = tensor(draws.Select(m => (float)(1 - (m.Visible.size(1) / 144.0))).ToArray());
        _tensors["multiblock.0.example"] = draws[0].ToBoolean().to(uint8);
        AssertAgrees("""{"note": "multi-block: spatial_scale 0.3 x 3 blocks (index 0), aspect 0.5-2.0, max_keep 400*frames/8; patches 8x6"}""");
    }

    private void AssertAgrees(string info)
    {
        var rows = Run(info);
        foreach (var row in rows) console.WriteLine($"{row.Quantity}: {row.MaxRelative:g3} of {row.Tolerance:g3} {row.Note}");
        Assert.NotEmpty(rows);
        Assert.DoesNotContain(rows, row => !row.Passed);
    }

    private IReadOnlyList<ParityRow> Run(string info) => ParitySuite.RunFile(_folder.Write("synthetic", info, _tensors));

    private void AddReference(string prefix, EncoderPredictorDecoder model) =>
        Add(prefix, model, name => ReferenceCheckpoint.Stage1.Export(name).Key!);

    private void Add(string prefix, nn.Module module, Func<string, string> rename)
    {
        foreach (var (name, value) in module.named_parameters()) _tensors[prefix + rename(name)] = value.detach();
    }

    private Tensor Random(params long[] shape) => randn(shape, generator: _generator);
}
