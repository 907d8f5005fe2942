using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

public sealed class PredictorTests
{
    private static readonly EncoderConfig Encoder = new()
    {
        Width = 16,
        Depth = 1,
        Heads = 2,
        ImageSize = 8,
        PatchSize = 4,
        Frames = 2,
        ClassTokens = 2,
        PoolHeads = 4,
    };

    private static readonly ModernBertPredictorConfig ModernBert = new()
    {
        Width = 24,
        Heads = 3,
        Intermediate = 20,
        LayerIds = [26, 27],
        LocalAttention = 4,
    };

    private static readonly VitPredictorConfig Vit = new() { Width = 24, Heads = 3, Depth = 2, MlpRatio = 2 };

    public static TheoryData<PredictorConfig> Kinds => new() { ModernBert, Vit };

    [Fact]
    public void Parameters_ModernBert_HaveTheCheckpointNames()
    {
        using var predictor = ModernBert.Build(Encoder, new Generator(1));
        string[] layer(int i) =>
        [
            $"bert_decoder.layers.{i}.attn.Wo.weight [24, 24]", $"bert_decoder.layers.{i}.attn.Wqkv.weight [72, 24]",
            $"bert_decoder.layers.{i}.attn_norm.weight [24]", $"bert_decoder.layers.{i}.mlp.Wi.weight [40, 24]",
            $"bert_decoder.layers.{i}.mlp.Wo.weight [24, 20]", $"bert_decoder.layers.{i}.mlp_norm.weight [24]",
        ];
        Assert.Equal([.. layer(0), .. layer(1), .. Front], ReferenceFile.Describe(predictor));
    }

    [Fact]
    public void Parameters_Vit_HaveTheSameFront()
    {
        using var predictor = Vit.Build(Encoder, new Generator(1));
        var names = ReferenceFile.Describe(predictor);
        Assert.Equal(Front, names[^Front.Length..]);
        Assert.Equal(2 * 11, names.Length - Front.Length);
        Assert.Contains("bert_decoder.layers.1.attn.qkv.weight [72, 24]", names);
    }

    [Fact]
    public void Assemble_Mask_PutsEveryTokenInItsPlace()
    {
        using var scope = NewDisposeScope();
        using var predictor = ModernBert.Build(Encoder, new Generator(1));
        var mask = Mask();
        var encoded = randn([3, 2 + 3, 16], generator: new Generator(5));

        var actual = predictor.Assemble(encoded, mask) - predictor.get_parameter("diff_pos_embed")!;

        for (var clip = 0; clip < 3; clip++)
        {
            var expected = predictor.get_parameter("bert_mask_token")![0].expand(10, 16).clone();
            expected[..2] = encoded[clip, ..2];
            for (var i = 0; i < 3; i++) expected[2 + mask.Visible[clip, i].item<long>()] = encoded[clip, 2 + i];
            Assert.InRange((actual[clip] - expected).abs().max().item<float>(), 0, 1e-5f);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Backward_EveryParameter_GetsAGradient(PredictorConfig config)
    {
        using var scope = NewDisposeScope();
        using var predictor = config.Build(Encoder, new Generator(1));
        var encoded = randn([3, 5, 16], generator: new Generator(5)).requires_grad_();
        var predicted = predictor.forward(encoded, Mask());
        Assert.Equal([3, 2 + 8, 24], predicted.shape);
        predicted.cos().sum().backward();
        foreach (var (name, parameter) in predictor.named_parameters())
            Assert.True(parameter.grad is not null && parameter.grad.abs().max().item<float>() > 1e-9, name);
        Assert.True(encoded.grad!.abs().sum(2).gt(0).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void BuildBody_Zero_StartsAsTheIdentity(PredictorConfig config)
    {
        using var scope = NewDisposeScope();
        using var body = (config with { Initialization = PredictorInitialization.Zero }).BuildBody(new Generator(1));
        using var random = config.BuildBody(new Generator(1));
        var x = randn([2, 10, 24], generator: new Generator(2));
        Assert.True(body.forward(x).equal(x).all().item<bool>());
        Assert.False(random.forward(x).equal(x).all().item<bool>());
        Assert.Equal(2, random.LayerOutputs(x).Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Forward_BFloat16_StaysNearFloat32(PredictorConfig config)
    {
        using var scope = NewDisposeScope();
        using var predictor = config.Build(Encoder, new Generator(1));
        var encoded = randn([3, 5, 16], generator: new Generator(5));
        var expected = predictor.forward(encoded, Mask()).detach();
        predictor.to(bfloat16);
        var actual = predictor.forward(encoded.to(bfloat16), Mask());
        Assert.Equal(bfloat16, actual.dtype);
        Assert.InRange(ReferenceFile.RelativeDifference(actual, expected), 0, 0.03);
    }

    [Fact]
    public void Forward_LocalLayers_ReachTheirRadiusAndNoFurther()
    {
        using var scope = NewDisposeScope();
        using var body = (ModernBert with { LayerIds = [25, 26], InitStd = 0.5 }).BuildBody(new Generator(1));
        var x = randn([1, 150, 24], generator: new Generator(2));
        // Two local layers of radius 2: a change reaches four tokens away and no further.
        var changed = x.clone();
        changed[0, 70, 0] += 3;
        var moved = (body.forward(changed) - body.forward(x)).abs().sum(2)[0].gt(0);
        Assert.True(moved.equal((arange(150) - 70).abs().le(4)).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Forward_Repeated_LeavesNoTensorBehind(PredictorConfig config)
    {
        using var predictor = config.Build(Encoder, new Generator(1));
        using var mask = Mask();
        void Step()
        {
            using var scope = NewDisposeScope();
            predictor.forward(randn([3, 5, 16], generator: new Generator(5)), mask).sum().backward();
        }

        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Build_FieldsOutOfRange_NamesEachWithItsValue()
    {
        var error = Assert.Throws<ConfigurationException>(
            () => (ModernBert with { Heads = 5, LayerIds = [-1], LocalAttention = 0 }).Build(Encoder, new Generator(1)));
        foreach (var part in (string[])["width = 24", "layer_ids = -1", "local_attention = 0"])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => (Vit with { Depth = 0 }).Build(Encoder, new Generator(1)));
    }

    [Fact]
    public void Forward_MaskOfAnotherClip_SaysWhichCountsDisagree()
    {
        using var scope = NewDisposeScope();
        using var predictor = ModernBert.Build(Encoder, new Generator(1));
        var wrongCount = Assert.Throws<ArgumentException>(() => predictor.forward(zeros(3, 6, 16), Mask()));
        Assert.Contains("6 tokens", wrongCount.Message, StringComparison.Ordinal);
        var longer = TokenMask.FromBoolean(arange(9).ge(3).expand(3, 9), 3);
        Assert.Throws<ArgumentException>(() => predictor.forward(zeros(3, 5, 16), longer));
    }

    private static readonly string[] Front =
    [
        "bert_mask_token [1, 1, 16]", "diff_pos_embed [1, 10, 16]", "to_bert_proj.head.0.bias [16]", "to_bert_proj.head.0.weight [16, 16]",
        "to_bert_proj.head.2.bias [24]", "to_bert_proj.head.2.weight [24, 16]", "to_bert_proj.norm.bias [24]",
            "to_bert_proj.norm.weight [24]",
    ];

    private static TokenMask Mask()
    {
        using var mask = rand([3, 8], generator: new Generator(4)).argsort(1).ge(3);
        return TokenMask.FromBoolean(mask, 3);
    }
}
