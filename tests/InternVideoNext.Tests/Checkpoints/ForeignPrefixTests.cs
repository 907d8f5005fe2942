using InternVideoNext.Checkpoints;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class ForeignPrefixTests
{
    private static readonly string[] Stage1 = ["blocks.0.attn.qkv.weight", "bert_mask_token", "pos_embed"];

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("target_encoder.")]
    [InlineData("module._orig_mod.")]
    [InlineData("anything.at.all.")]
    public void Of_KnownNamesBehindAPrefix_IsThePrefix(string prefix) =>
        Assert.Equal(prefix, ForeignPrefix.Of(Stage1.Select(name => prefix + name)));

    [Fact]
    public void Of_NamesThatAreKnownOrHaveNothingInCommon_IsNull()
    {
        Assert.Null(ForeignPrefix.Of(Stage1));
        Assert.Null(ForeignPrefix.Of(["model.patch_embed.proj.weight", "model.blocks.0.attn.qkv.weight"]));
        Assert.Null(ForeignPrefix.Of(["module.a", "head.b"]));
        Assert.Null(ForeignPrefix.Of(["layer.a", "layer.b"]));
        Assert.Null(ForeignPrefix.Of([]));
    }

    [Fact]
    public void Of_UnknownNamesBehindAWrappers_IsTheWrappers() =>
        Assert.Equal("module.", ForeignPrefix.Of(["module.layer.a", "module.layer.b"]));

    [Fact]
    public void OpenEncoder_PrefixedCheckpoint_NamesThePrefixAndTheRemedy()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder["a.safetensors"], Stage1.Select(name => KeyValuePair.Create("module." + name, zeros(2))));
        var message = Assert.Throws<InvalidDataException>(() => ModelCheckpoint.OpenEncoder(folder["a.safetensors"], CPU)).Message;
        Assert.Contains("every name begins with 'module.'", message, StringComparison.Ordinal);
        Assert.Contains("removeprefix('module.')", message, StringComparison.Ordinal);
    }
}
