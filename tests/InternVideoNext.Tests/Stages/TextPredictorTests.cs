using InternVideoNext.Checkpoints;
using InternVideoNext.Models;
using InternVideoNext.Stages;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Stages;

public sealed class TextPredictorTests
{
    [Fact]
    public void Create_TextWeightsNamed_PredictorStartsFromThatFilesLayers()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var reference = SafetensorsFile.Open(
            Path.Combine(AppContext.BaseDirectory, "Fixtures", "reference", "modernbert_layers.safetensors"));
        var text = new TensorSelection(reference, "weights.");
        SafetensorsWriter.Write(
            folder["model.safetensors"], text.Entries.Keys.Select(name => KeyValuePair.Create("model." + name, text.Read(name))));
        var predictor = new ModernBertPredictorConfig
        {
            Width = 32,
            Heads = 4,
            Intermediate = 48,
            LayerIds = [2, 3],
            LocalAttention = 8,
            TextWeights = folder["model.safetensors"],
        };

        using var stage = StageFactory.Create(TinyRun.Stage1 with { Model = TinyRun.Stage1.Model with { Predictor = predictor } });

        var loaded = stage.Student.state_dict();
        foreach (var (place, layer) in ((int, int)[])[(0, 2), (1, 3)])
        {
            var expected = text.Read($"layers.{layer}.attn.Wqkv.weight");
            Assert.True(loaded[$"predictor.bert_decoder.layers.{place}.attn.Wqkv.weight"].eq(expected).all().item<bool>());
        }
    }
}
