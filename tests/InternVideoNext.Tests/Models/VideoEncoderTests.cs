using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

public sealed class VideoEncoderTests
{
    private static readonly EncoderConfig Tiny = new()
    {
        Width = 16,
        Depth = 2,
        Heads = 2,
        ImageSize = 8,
        PatchSize = 4,
        Frames = 2,
        ClassTokens = 1,
        PoolHeads = 4,
        PoolWidth = 12,
        MlpRatio = 2,
    };

    [Fact]
    public void Parameters_Tiny_HaveTheCheckpointNames()
    {
        using var encoder = Tiny.Build(new Generator(1));
        string[] block(int i) =>
        [
            $"blocks.{i}.attn.k_norm.weight [16]", $"blocks.{i}.attn.proj.bias [16]", $"blocks.{i}.attn.proj.weight [16, 16]",
            $"blocks.{i}.attn.q_norm.weight [16]", $"blocks.{i}.attn.qkv.weight [48, 16]", $"blocks.{i}.ls1.gamma [16]",
            $"blocks.{i}.ls2.gamma [16]", $"blocks.{i}.mlp.fc1.bias [32]", $"blocks.{i}.mlp.fc1.weight [32, 16]",
            $"blocks.{i}.mlp.fc2.bias [16]", $"blocks.{i}.mlp.fc2.weight [16, 32]", $"blocks.{i}.norm1.weight [16]",
            $"blocks.{i}.norm2.weight [16]",
        ];
        Assert.Equal(
            [
                .. block(0),
                .. block(1),
                "clip_projector.cross_attn.k.weight [16, 16]", "clip_projector.cross_attn.k_bias [16]",
                "clip_projector.cross_attn.proj.bias [12]", "clip_projector.cross_attn.proj.weight [12, 16]",
                "clip_projector.cross_attn.q.weight [16, 16]", "clip_projector.cross_attn.q_bias [16]",
                "clip_projector.cross_attn.v.weight [16, 16]", "clip_projector.cross_attn.v_bias [16]",
                "clip_projector.norm1_k.bias [16]", "clip_projector.norm1_k.weight [16]", "clip_projector.norm1_q.bias [16]",
                "clip_projector.norm1_q.weight [16]", "clip_projector.norm1_v.bias [16]", "clip_projector.norm1_v.weight [16]",
                "cls_token [1, 1, 16]", "patch_embed.norm.weight [16]", "patch_embed.norm_before.weight [48]",
                "patch_embed.proj.bias [16]", "patch_embed.proj.weight [16, 3, 1, 4, 4]", "pos_embed [1, 9, 16]",
            ],
            ReferenceFile.Describe(encoder));
    }

    [Fact]
    public void Encode_VisibleTokens_GivesNamedIntermediatesOfThatLength()
    {
        using var scope = NewDisposeScope();
        using var encoder = Tiny.Build(new Generator(1));
        var encoded = encoder.forward(Clips(3), Mask().Visible, null);
        Assert.Equal([3, 1 + 3, 16], encoded.Tokens.shape);
        Assert.Equal(2, encoded.Layers.Count);
        Assert.Same(encoded.Tokens, encoded.Layers[^1]);
        Assert.Equal([3, 12], encoder.Pool(encoded.Tokens).shape);
    }

    [Fact]
    public void Encode_MaskedTokens_CannotInfluenceTheOutput()
    {
        using var scope = NewDisposeScope();
        using var encoder = Tiny.Build(new Generator(1));
        var mask = Mask();
        var tokens = encoder.Embed(Clips(3));
        var changed = tokens + mask.ToBoolean().unsqueeze(-1).to(float32);
        Assert.True(
            encoder.Encode(tokens, mask.Visible, null).Tokens.equal(encoder.Encode(changed, mask.Visible, null).Tokens).all().item<bool>());
        Assert.False(encoder.Encode(tokens, null, null).Tokens.equal(encoder.Encode(changed, null, null).Tokens).all().item<bool>());
    }

    [Fact]
    public void Backward_EveryParameter_GetsAGradient()
    {
        using var scope = NewDisposeScope();
        using var encoder = (Tiny with { LayerScaleInit = 0.1 }).Build(new Generator(1));
        var encoded = encoder.forward(Clips(3), Mask().Visible, null);
        (encoded.Tokens.cos().sum() + encoder.Pool(encoded.Tokens).cos().sum()).backward();
        // Keys shifted alike for all tokens leave a softmax unchanged: these two biases have no gradient, up to rounding.
        string[] shifts = ["clip_projector.cross_attn.k_bias", "clip_projector.norm1_k.bias"];
        foreach (var (name, parameter) in encoder.named_parameters())
        {
            Assert.True(parameter.grad is not null, name);
            if (!shifts.Contains(name)) Assert.True(parameter.grad.abs().max().item<float>() > 1e-9, name);
        }
    }

    [Fact]
    public void Forward_DropPathGenerator_RepeatsWithTheSeedAndNullDropsNothing()
    {
        using var scope = NewDisposeScope();
        using var encoder = (Tiny with { DropPath = 0.5, LayerScaleInit = 1 }).Build(new Generator(1));
        Tensor Run(ulong? seed)
        {
            using var generator = seed is { } s ? new Generator(s) : null;
            return encoder.forward(Clips(3), null, generator).Tokens;
        }

        Assert.True(Run(1).equal(Run(1)).all().item<bool>());
        Assert.True(Run(null).equal(Run(null)).all().item<bool>());
        Assert.False(Run(1).equal(Run(null)).all().item<bool>());
    }

    [Fact]
    public void Build_SameSeed_GivesTheSameWeightsWhateverTheGlobalGeneratorDoes()
    {
        using var scope = NewDisposeScope();
        using var first = Tiny.Build(new Generator(7));
        _ = rand(100);
        using var again = Tiny.Build(new Generator(7));
        using var other = Tiny.Build(new Generator(8));
        foreach (var ((name, a), (_, b)) in first.named_parameters().Zip(again.named_parameters())) Assert.True(
            a.equal(b).all().item<bool>(), name);
        Assert.False(first.get_parameter("cls_token")!.equal(other.get_parameter("cls_token")!).all().item<bool>());
    }

    [Fact]
    public void Build_InitialValues_FollowTheMethod()
    {
        using var scope = NewDisposeScope();
        using var encoder = (Tiny with { Width = 128, Heads = 4, Depth = 8, MlpRatio = 4 }).Build(new Generator(1));
        float Std(string name) => encoder.get_parameter(name)!.std().item<float>();
        Assert.InRange(Std("blocks.7.attn.qkv.weight"), 0.0195f, 0.0205f);
        Assert.InRange(Std("blocks.7.attn.proj.weight"), 0.0195f / 4, 0.0205f / 4);
        Assert.InRange(Std("blocks.7.mlp.fc2.weight"), 0.0195f / 4, 0.0205f / 4);
        Assert.Equal(1e-5f, encoder.get_parameter("blocks.0.ls1.gamma")!.max().item<float>());
        Assert.Equal(0, encoder.get_parameter("blocks.0.mlp.fc1.bias")!.abs().max().item<float>());
        var positions = PositionTable.SineCosine(128, Tiny.Grid, 1);
        Assert.True(encoder.get_parameter("pos_embed")!.equal(positions).all().item<bool>());
    }

    [Fact]
    public void Build_InsideADisposeScope_OutlivesIt()
    {
        VideoEncoder encoder;
        using (NewDisposeScope()) encoder = Tiny.Build(new Generator(1));
        Assert.All(encoder.parameters(), parameter => Assert.False(parameter.IsInvalid));
        encoder.Dispose();
    }

    [Fact]
    public void Forward_Repeated_LeavesNoTensorBehind()
    {
        using var encoder = Tiny.Build(new Generator(1));
        using var generator = new Generator(1);
        using var mask = Mask();
        void Step()
        {
            using var scope = NewDisposeScope();
            var encoded = encoder.forward(Clips(3), mask.Visible, generator);
            encoder.Pool(encoded.Tokens).sum().backward();
        }

        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        var scoped = NewDisposeScope();
        var output = encoder.forward(Clips(3), mask.Visible, generator);
        scoped.Dispose();
        Assert.All(output.Layers, layer => Assert.True(layer.IsInvalid));
    }

    [Fact]
    public void Build_PositionScaleAndBase_AreThoseOfEveryTable()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var config = Training.TinyRun.Stage1.Model with
        {
            Encoder = Training.TinyRun.Encoder with
            {
                PositionScale = 2.5,
                PositionBase = 10
            }
        };
        using var model = config.Build(generator);
        var tables = model.named_parameters().Where(p => p.name.EndsWith("pos_embed", StringComparison.Ordinal)).ToList();
        Assert.Equal(["alignment", "encoder", "predictor"], tables.Select(p => p.name.Split('.')[0]).Order(StringComparer.Ordinal));
        var expected = PositionTable.SineCosine(config.Encoder.Width, config.Encoder.Grid, config.Encoder.ClassTokens, 2.5, 10);
        Assert.All(tables, table => Assert.True(table.parameter.Equals(expected), table.name));
    }

    [Fact]
    public void Build_FieldsOutOfRange_NamesEachWithItsValue()
    {
        var error = Assert.Throws<ConfigurationException>(
            () => (Tiny with { Width = 40, Heads = 3, PatchSize = 3, DropPath = 1, PoolWidth = 0 }).Build(new Generator(1)));
        foreach (var part in (string[])["width = 40", "heads (3)", "image_size = 8", "drop_path = 1", "pool_width = 0"])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_ClipOfAnotherShape_NamesBothShapes()
    {
        using var encoder = Tiny.Build(new Generator(1));
        using var video = zeros([1, 3, 4, 8, 8]);
        var error = Assert.Throws<ArgumentException>(() => encoder.forward(video, null, null));
        Assert.Contains("[1, 3, 4, 8, 8]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[B, 3, 2, 8, 8]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Presets_Paper_HaveTheTablesSizes()
    {
        Assert.Equal((768, 12, 12, 0.1, 16), Sizes(EncoderConfig.Base(16)));
        Assert.Equal((1024, 24, 16, 0.2, 32), Sizes(EncoderConfig.Large(32)));
        Assert.Equal((1408, 40, 16, 0.2, 16), Sizes(EncoderConfig.OneBillion(16)));
        Assert.Equal(6144, EncoderConfig.OneBillion(16).Block(0).Hidden);
        Assert.Equal(new TokenGrid(16, 16, 16), EncoderConfig.Base(16).Grid);
        Assert.Equal(0.1, EncoderConfig.Base(16).Block(11).DropPath);
    }

    private static (int, int, int, double, int) Sizes(EncoderConfig c) => (c.Width, c.Depth, c.Heads, c.DropPath, c.Frames);

    private static Tensor Clips(int count) => randn([count, 3, 2, 8, 8], generator: new Generator(11));

    // Three of eight tokens visible in each of three clips.
    private static TokenMask Mask()
    {
        using var mask = rand([3, 8], generator: new Generator(4)).argsort(1).ge(3);
        return TokenMask.FromBoolean(mask, 3);
    }
}
