using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Models.Peers;
using InternVideoNext.Tests.Parity;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models.Peers;

public sealed class PeerCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vjepa2", CheckpointKind.VJepa2)]
    [InlineData("vjepa2_hf", CheckpointKind.VJepa2)]
    [InlineData("vjepa2_probe_hf", CheckpointKind.VJepa2)]
    [InlineData("vjepa2_sincos", CheckpointKind.VJepa2)]
    [InlineData("videomae_v2", CheckpointKind.VideoMae)]
    [InlineData("videomae_hf", CheckpointKind.VideoMae)]
    [InlineData("internvideo2", CheckpointKind.InternVideo2)]
    [InlineData("internvideo2_sep", CheckpointKind.InternVideo2)]
    [InlineData("videoprism", CheckpointKind.VideoPrism)]
    [InlineData("videoprism_lvt", CheckpointKind.VideoPrism)]
    public void Detect_ReferenceFiles_FindsTheSystem(string fixture, CheckpointKind expected)
    {
        using var file = Open(fixture);
        var names = new TensorSelection(file, "weights.").Entries.Keys.ToList();
        Assert.Equal(expected, CheckpointDetector.Detect(names));
        Assert.NotEqual(CheckpointDetector.Describe(CheckpointKind.Unknown), CheckpointDetector.Describe(expected));
        // Behind any prefix, but not inside a word.
        if (fixture is "vjepa2" or "internvideo2")
        {
            Assert.Equal(expected, CheckpointDetector.Detect(names.Select(name => "target_encoder.module.backbone." + name)));
            Assert.Equal(CheckpointKind.Unknown, CheckpointDetector.Detect(names.Select(name => "my" + name)));
        }
    }

    [Fact]
    public void Load_KeysMissingUnexpectedAndMisshaped_OneReportNamesAll()
    {
        using var scope = NewDisposeScope();
        using var file = Open("vjepa2_hf");
        var tensors = Tensors(file);
        tensors.Remove("encoder.layer.1.attention.key.weight");
        tensors.Remove("encoder.layernorm.bias");
        tensors["encoder.layer.0.attention.value.weight"] = zeros(16, 32);
        tensors["encoder.layer.0.extra"] = zeros(1);
        tensors["surprise"] = zeros(1);
        var error = Assert.Throws<CheckpointMismatchException>(() => Recognise(tensors, heads: 2).Load(CPU, out _));
        Assert.Equal(5, error.Mismatches.Count);
        foreach (var part in (string[])
            [
                "missing: blocks.1.attn.qkv.weight (part 2 of 3) [32, 32] (expected under the name encoder.layer.1.attention.key.weight)",
                "missing: norm.bias [32] (expected under the name encoder.layernorm.bias)",
                "mis-shaped: blocks.0.attn.qkv.weight (part 3 of 3) [32, 32] from encoder.layer.0.attention.value.weight F32[16, 32]",
                "unexpected: encoder.layer.0.extra F32[1]",
                "unexpected: surprise F32[1]",
            ])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vjepa2_hf", 2, "predictor")]
    [InlineData("vjepa2_probe_hf", 2, "attentive probe")]
    [InlineData("videomae_v2", 4, "classifier")]
    [InlineData("internvideo2", 4, "pre-training")]
    [InlineData("videoprism_lvt", 2, "text side")]
    public void Load_WhatTheEncoderHasNoUseFor_IsIgnoredWithAReason(string fixture, int heads, string reason)
    {
        using var scope = NewDisposeScope();
        using var file = Open(fixture);
        using var encoder = Recognise(Tensors(file), heads, poolHeads: heads, imageSize: fixture == "internvideo2" ? 28 : null)
            .Load(CPU, out var report);
        Assert.Contains(report.Ignored, skipped => skipped.Reason.Contains(reason, StringComparison.Ordinal));
        Assert.All(encoder.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void Load_AuthorsPickledNames_TakesTheMovingAverage()
    {
        using var scope = NewDisposeScope();
        using var file = Open("vjepa2");
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, values) in Tensors(file).Where(pair => !pair.Key.StartsWith("pooler.", StringComparison.Ordinal)))
        {
            tensors["encoder.module.backbone." + name] = zeros_like(values);
            tensors["target_encoder.module.backbone." + name] = values;
        }
        tensors["predictor.module.backbone.mask_tokens.0"] = zeros(1);
        tensors["opt.state.0.exp_avg"] = zeros(1);
        tensors["target_encoder.module.backbone.pos_embed"] = zeros(1, 3, 48);
        using var encoder = Recognise(tensors, heads: 3).Load(CPU, out var report);
        Assert.Equal(0, (encoder.state_dict()["norm.weight"] - file.Read("weights.norm.weight")).abs().max().item<float>());
        Assert.Contains(report.Ignored, skipped => skipped.Reason.Contains("moving average", StringComparison.Ordinal));
        Assert.Contains(report.Ignored, skipped => skipped.Reason.Contains("rotary", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_StageTwoFile_TakesTheVisionEncoderAlone()
    {
        using var scope = NewDisposeScope();
        using var file = Open("internvideo2");
        var tensors = Tensors(file).ToDictionary(pair => "vision_encoder." + pair.Key, pair => pair.Value);
        tensors["text_encoder.bert.pooler.weight"] = zeros(1);
        tensors["temp"] = zeros(1);
        using var encoder = Recognise(tensors, heads: 4, poolHeads: 4, imageSize: 28).Load(CPU, out var report);
        Assert.Equal(2, report.Ignored.Count(skipped => skipped.Reason.Contains("not the vision encoder", StringComparison.Ordinal)));
        tensors["vision_encoder.surprise"] = zeros(1);
        var error = Assert.Throws<CheckpointMismatchException>(
            () => Recognise(tensors, heads: 4, poolHeads: 4, imageSize: 28).Load(CPU, out _));
        Assert.Contains("unexpected: vision_encoder.surprise", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recognise_WidthThatWasNeverReleased_AsksForTheHeads()
    {
        using var scope = NewDisposeScope();
        using var file = Open("vjepa2");
        var error = Assert.Throws<InvalidDataException>(() => PeerCheckpoint.Recognise(new TensorsInMemory("file.pt", Tensors(file))));
        Assert.Contains("file.pt", error.Message, StringComparison.Ordinal);
        Assert.Contains("heads", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vjepa2_hf", 2)]
    [InlineData("videomae_hf", 2)]
    [InlineData("videoprism", 4)]
    public void Export_SeparateProjections_RoundTripIsBitExact(string fixture, int heads)
    {
        using var scope = NewDisposeScope();
        using var file = Open(fixture);
        var checkpoint = Recognise(Tensors(file), heads);
        using var encoder = checkpoint.Load(CPU, out var report);
        CheckpointExporter.Export(_folder["again.safetensors"], encoder, checkpoint.Map);
        using var again = SafetensorsFile.Open(_folder["again.safetensors"]);
        var expected = new TensorSelection(file, "weights.").Entries.Keys.Except(report.Ignored.Select(skipped => skipped.Key));
        Assert.Equal(expected.Order(StringComparer.Ordinal), again.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.All(again.Entries.Keys, name => Assert.True(again.Bytes(name).SequenceEqual(file.Bytes("weights." + name)), name));
    }

    [Fact]
    public void Archive_LayersOfAStack_StandUnderItsNameWithTheirIndex()
    {
        using var scope = NewDisposeScope();
        using var file = Open("videoprism");
        using var archive = new VideoPrismArchive(new TensorSelection(file, "flax."));
        const string Query = "params/spatial_encoder/transformers_stack/x_layers/self_attention/query/w";
        Assert.Equal([48, 48], archive.Entries[Query + "[2]"].Shape);
        var stack = file.Read("flax." + Query); // [3, 48, 4, 12]
        Assert.Equal(stack[2, 5, 3, 7].item<float>(), archive.Read(Query + "[2]")[(3 * 12) + 7, 5].item<float>());
        Assert.Throws<SafetensorsException>(() => archive.Read(Query));
    }

    private static SafetensorsFile Open(string fixture) =>
        SafetensorsFile.Open(Path.Combine(ParityFolder.Fixtures, "peers", fixture + ".safetensors"));

    private static Dictionary<string, Tensor> Tensors(SafetensorsFile file)
    {
        var selection = new TensorSelection(file, "weights.");
        return selection.Entries.Keys.ToDictionary(name => name, selection.Read);
    }

    private static PeerCheckpoint Recognise(Dictionary<string, Tensor> tensors, int heads, int? poolHeads = null, int? imageSize = null) =>
        PeerCheckpoint.Recognise(
            new TensorsInMemory("file", tensors), new PeerOptions { Heads = heads, PoolHeads = poolHeads, ImageSize = imageSize })!;
}
