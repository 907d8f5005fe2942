using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class CheckpointExporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float32)]
    public void Export_AfterLoadingReleasedWeights_GivesTheSameFile(ScalarType moduleType)
    {
        using var fixture = ReferenceFixture.Open("encoder");
        var encoder = new TensorSelection(fixture, "weights.");
        var half = encoder.Entries.Keys.Order(StringComparer.Ordinal)
            .Select(name => KeyValuePair.Create("model." + name, encoder.Read(name).half()));
        SafetensorsWriter.Write(_folder["released"], half, new Dictionary<string, string> { ["format"] = "pt" });

        var module = new NamedModule(ReferenceFixture.Shapes(encoder), moduleType);
        using (var released = SafetensorsCheckpoint.Open(_folder["released"]))
            Assert.Equal(encoder.Entries.Count, StrictLoader.Load(module, released, ReleasedWeights.Map).Loaded.Count);
        var left = CheckpointExporter.Export(_folder["exported"], module, ReleasedWeights.Map, ReleasedWeights.ElementType);

        Assert.Empty(left);
        Assert.Equal(File.ReadAllBytes(_folder["released"]), File.ReadAllBytes(_folder["exported"]));
    }

    [Fact]
    public void Export_ReferenceStage1ThroughOurNames_IsBitExact()
    {
        using var fixture = ReferenceFixture.Open("stage1");
        var source = new TensorSelection(fixture, "weights.");
        var module = new NamedModule(
            source.Entries.Values.Select(entry => (ReferenceCheckpoint.Stage1.Import(entry.Name).Key!, entry.Shape.ToArray())));
        StrictLoader.Load(module, source, ReferenceCheckpoint.Stage1);
        CheckpointExporter.Export(_folder["stage1"], module, ReferenceCheckpoint.Stage1);
        using var exported = SafetensorsFile.Open(_folder["stage1"]);
        Assert.Equal(source.Entries.Count, exported.Entries.Count);
        Assert.All(source.Entries.Keys, name => Assert.True(fixture.Bytes("weights." + name).SequenceEqual(exported.Bytes(name)), name));
    }

    [Fact]
    public void Export_NameTheFormatLacks_IsAnErrorAndWritesNothing()
    {
        var module = new NamedModule([("cls_token", [1, 4, 8]), ("extra.weight", [3])]);
        var error = Assert.Throws<CheckpointMismatchException>(() => CheckpointExporter.Export(_folder["a"], module, ReleasedWeights.Map));
        Assert.Contains("unexpected: extra.weight [3] (the format has no name for it)", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["a"]));
    }

    [Fact]
    public void Export_TensorsTheFormatNeedNotHave_AreLeftOutAndSaid()
    {
        var module = new NamedModule([("bert_mask_token", [1, 1, 8]), ("bert_decoder.layers.0.mlp_norm.weight", [3])]);
        var left = CheckpointExporter.Export(_folder["a"], module, ModernBert.IntoPredictor([27]));
        Assert.Equal("bert_mask_token", Assert.Single(left).Key);
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal(["model.layers.27.mlp_norm.weight"], file.Entries.Keys);
    }
}
