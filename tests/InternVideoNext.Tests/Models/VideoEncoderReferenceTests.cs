using InternVideoNext.Models;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

/// <summary>The encoder against the numbers of the authors' inference model.</summary>
public sealed class VideoEncoderReferenceTests(ITestOutputHelper output) : IDisposable
{
    private readonly ReferenceFile _reference = ReferenceFile.Open("encoder");

    [Fact]
    public void Forward_ReferenceWeights_AgreesWithReference()
    {
        using var scope = NewDisposeScope();
        using var encoder = Load();
        var encoded = encoder.forward(_reference["input.video"], null, null);
        Agree("patch_embed", encoder.EmbedPatches(_reference["input.video"]), _reference["output.patch_embed"].flatten(1, 2));
        Agree("tokens", encoded.Tokens[.., encoder.Config.ClassTokens.., ..], _reference["output.tokens"]);
        Agree("projected", encoder.Pool(encoded.Tokens), _reference["output.projected"]);
    }

    [Fact]
    public void Forward_BFloat16Weights_StaysNearReference()
    {
        using var scope = NewDisposeScope();
        using var encoder = Load();
        encoder.to(bfloat16);
        var encoded = encoder.forward(_reference["input.video"].to(bfloat16), null, null);
        Assert.Equal(bfloat16, encoded.Tokens.dtype);
        Agree("tokens", encoded.Tokens[.., encoder.Config.ClassTokens.., ..], _reference["output.tokens"], 0.03);
        Agree("projected", encoder.Pool(encoded.Tokens), _reference["output.projected"], 0.05);
    }

    [Fact]
    public void Forward_EveryTokenVisible_EqualsFullClip()
    {
        using var scope = NewDisposeScope();
        using var encoder = Load();
        var visible = arange(encoder.Config.Grid.Tokens).expand(2, -1);
        var full = encoder.forward(_reference["input.video"], null, null).Tokens;
        var masked = encoder.forward(_reference["input.video"], visible, null).Tokens;
        Assert.True(full.equal(masked).all().item<bool>());
    }

    public void Dispose() => _reference.Dispose();

    private VideoEncoder Load()
    {
        var encoder = new EncoderConfig
        {
            Width = _reference.Size("embed_dim"),
            Depth = _reference.Size("depth"),
            Heads = _reference.Size("heads"),
            ImageSize = _reference.Size("image_size"),
            PatchSize = _reference.Size("patch_size"),
            Frames = _reference.Size("frames"),
            ClassTokens = _reference.Size("cls_tokens"),
            PoolHeads = _reference.Size("pool_heads"),
            PoolWidth = _reference.Size("clip_embed_dim"),
        }.Build(new Generator(1));
        _reference.LoadInto(encoder, "weights.");
        return encoder;
    }

    private void Agree(string name, Tensor actual, Tensor expected, double tolerance = 1e-4)
    {
        var difference = ReferenceFile.RelativeDifference(actual, expected);
        output.WriteLine($"{name}: largest relative difference {difference:g3}");
        Assert.True(difference <= tolerance, $"{name}: {difference:g3} > {tolerance:g3}");
    }
}
