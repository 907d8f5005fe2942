using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class StrictLoaderTests : IDisposable
{
    private static readonly KeyMap Identity = new(
        "identity", [KeyRule.PositionTable("pos_embed", "pos_embed"), KeyRule.Map("{rest}", "{rest}")]);

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Load_RenamedMissingAndMisshapen_OneErrorListsAllThreeAndNothingChanges()
    {
        var module = new NamedModule([("a.weight", [2, 3]), ("a.bias", [2]), ("b.weight", [4]), ("c", [1])]);
        var source = Source(("a.wight", ones(2, 3)), ("b.weight", ones(1)), ("c", ones(1)));
        var error = Assert.Throws<CheckpointMismatchException>(() => StrictLoader.Load(module, source, Identity));
        Assert.Equal(
            """
            memory into model by the key map 'identity': 4 tensors do not fit.
              unexpected: a.wight F32[2, 3] (the module has no such tensor)
              missing: a.weight [2, 3]
              missing: a.bias [2]
              mis-shaped: b.weight [4] from b.weight F32[1]
            """,
            error.Message);
        Assert.Equal(0, module["c"].item<float>());
    }

    [Fact]
    public void Load_TwoSourcesForOneTensor_IsDoublyMatched()
    {
        var module = new NamedModule([("bert_decoder.layers.0.mlp_norm.weight", [3])]);
        var source = Source(("model.layers.23.mlp_norm.weight", ones(3)), ("layers.23.mlp_norm.weight", ones(3)));
        var error = Assert.Throws<CheckpointMismatchException>(() => StrictLoader.Load(module, source, ModernBert.IntoPredictor([23])));
        Assert.Equal(MismatchKind.DoublyMatched, Assert.Single(error.Mismatches).Kind);
        Assert.Contains(
            "[3] from model.layers.23.mlp_norm.weight F32[3] and layers.23.mlp_norm.weight F32[3]", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_IntegersIntoFloats_IsMistyped()
    {
        var error = Assert.Throws<CheckpointMismatchException>(
            () => StrictLoader.Load(new NamedModule([("c", [2])]), Source(("c", arange(2))), Identity));
        Assert.Contains("mis-typed: c F32[2] from c I64[2]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.BFloat16)]
    [InlineData(SafetensorsType.Float8E4M3, ScalarType.Float32)]
    public void Load_OtherElementType_ConvertsAndReports(ScalarType from, ScalarType to)
    {
        var module = new NamedModule([("c", [3])], to);
        var report = StrictLoader.Load(module, Source(("c", tensor(new[] { 1f, -2f, 0.5f }).to(from))), Identity);
        Assert.Equal([1f, -2f, 0.5f], module["c"].to(float32).data<float>().ToArray());
        Assert.Equal(to, module["c"].dtype);
        Assert.True(module["c"].requires_grad);
        var converted = Assert.Single(report.Converted);
        Assert.Equal((SafetensorsType.Of(from), SafetensorsType.Of(to)), (converted.SourceType, converted.Type));
        Assert.Contains(
            $"converted 1 from {SafetensorsType.Of(from)} to {SafetensorsType.Of(to)}", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PositionTableOfAnotherLength_IsResizedByTheDelegateOnly()
    {
        var module = new NamedModule([("pos_embed", [1, 6, 2])]);
        var source = Source(("pos_embed", arange(8, dtype: float32).view(1, 4, 2)));
        var error = Assert.Throws<CheckpointMismatchException>(() => StrictLoader.Load(module, source, Identity));
        Assert.Contains("give the loader a PositionTableResize", error.Message, StringComparison.Ordinal);

        var report = StrictLoader.Load(module, source, Identity, (key, table, shape) =>
        {
            Assert.Equal("pos_embed", key);
            return cat([table, zeros(1, shape[1] - table.size(1), 2)], dim: 1);
        });
        Assert.Equal([0f, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0], module["pos_embed"].data<float>().ToArray());
        Assert.Contains("resized pos_embed from [1, 4, 2] to [1, 6, 2]", report.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 4, 3)]
    [InlineData(2, 4, 2)]
    public void Load_PositionTableOfAnotherWidthOrBatch_StaysAnErrorWithADelegate(long first, long rows, long width)
    {
        var module = new NamedModule([("pos_embed", [1, 6, 2])]);
        Assert.Throws<CheckpointMismatchException>(
            () => StrictLoader.Load(module, Source(("pos_embed", ones(first, rows, width))), Identity, (_, table, _) => table));
    }

    [Fact]
    public void Load_KeptAndIgnored_AreReportedWithReasons()
    {
        using var file = ReferenceFixture.Open("modernbert_layers");
        var source = new TensorSelection(file, "weights.");
        var layer = source.Entries.Values.Where(entry => entry.Name.StartsWith("layers.1.", StringComparison.Ordinal))
            .Select(entry => (entry.Name["layers.1.".Length..], entry.Shape.ToArray())).ToList();
        var module = new NamedModule(
            [("bert_mask_token", [1, 1, 8]), .. layer.Select(l => ("bert_decoder.layers.0." + l.Item1, l.Item2)),
            .. layer.Select(l => ("bert_decoder.layers.1." + l.Item1, l.Item2))]);
        var report = StrictLoader.Load(module, source, ModernBert.IntoPredictor([5, 6]));
        Assert.Equal(12, report.Loaded.Count);
        Assert.Equal("bert_mask_token", Assert.Single(report.Kept).Key);
        Assert.Equal(source.Entries.Count, report.Loaded.Count + report.Ignored.Count);
        Assert.Contains(
            report.Ignored,
            skipped => skipped.Key == "final_norm.weight" && skipped.Reason.Contains("final normalisation", StringComparison.Ordinal));
        Assert.True(module["bert_decoder.layers.1.attn.Wqkv.weight"].bytes.SequenceEqual(file.Bytes("weights.layers.6.attn.Wqkv.weight")));
    }

    [Fact]
    public void Load_Repeatedly_LeavesNoTensorBehind()
    {
        var module = new NamedModule([("c", [3])]);
        var source = Source(("c", ones(3)));
        StrictLoader.Load(module, source, Identity);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        StrictLoader.Load(module, source, Identity);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static TensorsInMemory Source(params (string Name, Tensor Tensor)[] tensors) =>
        new("memory", tensors.Select(t => KeyValuePair.Create(t.Name, t.Tensor)));
}
