using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Runs;

public sealed class ModelCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("model.safetensors.index.json")]
    public void OpenEncoder_Shards_LoadsFromTheirFolderAndTheirIndex(string name)
    {
        using var model = Model(TinyRun.Stage1, seed: 3);
        WriteShards(model);
        using var encoder = ModelCheckpoint.OpenEncoder(Path.Combine(_folder.Path, name), CPU);
        AssertSame(model.Encoder, encoder);
    }

    [Fact]
    public void OpenEncoder_WeightsThatAreNotFinite_NamesTheFirst()
    {
        using var model = Model(TinyRun.Stage1, seed: 3);
        using (no_grad()) model.Encoder.named_parameters().First(p => p.name == "blocks.1.attn.qkv.weight").parameter[0, 0] = float.NaN;
        ModelCheckpoint.Save(_folder["a.safetensors"], model, TinyRun.Stage1);
        var message = Assert.Throws<InvalidDataException>(() => ModelCheckpoint.OpenEncoder(_folder["a.safetensors"], CPU)).Message;
        Assert.Contains("a.safetensors: 1 of ", message, StringComparison.Ordinal);
        Assert.Contains("'blocks.1.attn.qkv.weight'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenEncoder_LargeFiniteWeights_AreNoFault()
    {
        using var model = Model(TinyRun.Stage1, seed: 3);
        using (no_grad()) model.Encoder.named_parameters().First(p => p.name == "blocks.1.attn.qkv.weight").parameter.fill_(3e38f);
        ModelCheckpoint.Save(_folder["a.safetensors"], model, TinyRun.Stage1);
        ModelCheckpoint.OpenEncoder(_folder["a.safetensors"], CPU).Dispose();
    }

    [Fact]
    public void Stage1_FromReleasedWeights_TakesTheEncoderAndNamesTheRest()
    {
        using var model = Model(TinyRun.Stage1, seed: 3);
        CheckpointExporter.Export(_folder["released.safetensors"], model.Encoder, ReleasedWeights.Map);
        using var stage = StageFactory.Create(TinyRun.Stage1 with { Start = _folder["released.safetensors"] });
        AssertSame(model.Encoder, stage.Student.Encoder);
        Assert.Equal(
            ["alignment", "decoder", "predictor"],
            stage.Start!.Kept.Select(tensor => tensor.Key.Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
        using var fresh = StageFactory.Create(TinyRun.Stage1);
        Assert.Null(fresh.Start);
        Assert.All(
            fresh.Student.named_parameters().Where(p => !p.name.StartsWith("encoder.", StringComparison.Ordinal)),
            p => Assert.True(p.parameter.Equals(stage.Student.named_parameters().First(q => q.name == p.name).parameter), p.name));
    }

    [Fact]
    public void Stage1_FromAStage2Checkpoint_TakesEncoderAndPredictor()
    {
        using var model = Model(TinyRun.Stage2, seed: 4);
        ModelCheckpoint.Save(_folder["two.safetensors"], model, TinyRun.Stage2);
        using var stage = StageFactory.Create(TinyRun.Stage1 with { Start = _folder["two.safetensors"] });
        AssertSame(model.Encoder, stage.Student.Encoder);
        Assert.Equal(
            ["alignment", "decoder"],
            stage.Start!.Kept.Select(tensor => tensor.Key.Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(PredictorStart.Kept)]
    [InlineData(PredictorStart.Fresh)]
    public void Stage2_FromReleasedWeights_TakesTheEncoderAndNamesTheRest(PredictorStart predictor)
    {
        using var model = Model(TinyRun.Stage1, seed: 3);
        CheckpointExporter.Export(_folder["released.safetensors"], model.Encoder, ReleasedWeights.Map);
        using var stage = StageFactory.Create(
            TinyRun.Stage2 with { Start = _folder["released.safetensors"], PredictorStart = predictor });
        AssertSame(model.Encoder, stage.Student.Encoder);
        Assert.Equal(
            ["decoder", "predictor"],
            stage.Start!.Kept.Select(tensor => tensor.Key.Split('.')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Stage1Config_WithoutAStart_IsWrittenAsBefore()
    {
        Assert.DoesNotContain("\"start\"", ConfigJson.Write(TinyRun.Stage1), StringComparison.Ordinal);
        var started = TinyRun.Stage1 with { Start = "runs/a" };
        Assert.Equal("runs/a", ((Stage1Config)ConfigJson.Read(ConfigJson.Write(started), "test")).Start);
    }

    private static EncoderPredictorDecoder Model(RunConfig config, ulong seed)
    {
        using var weights = StepGenerators.ForWeights(seed);
        return config.Model.Build(weights);
    }

    private static void AssertSame(VideoEncoder expected, VideoEncoder actual)
    {
        var all = actual.state_dict();
        Assert.All(expected.state_dict(), tensor => Assert.True(tensor.Value.Equals(all[tensor.Key]), tensor.Key));
    }

    // Two shards and their index, as Hugging Face repositories have them; the configuration is in the first.
    private void WriteShards(EncoderPredictorDecoder model)
    {
        ModelCheckpoint.Save(_folder["whole"], model, TinyRun.Stage1);
        using var scope = NewDisposeScope();
        using (var whole = SafetensorsFile.Open(_folder["whole"]))
        {
            var map = new Dictionary<string, string>();
            foreach (var (i, names) in whole.Entries.Keys.Chunk((whole.Entries.Count + 1) / 2).Index())
            {
                var shard = $"model-0000{i + 1}-of-00002.safetensors";
                SafetensorsWriter.Write(_folder[shard], names.Select(n => KeyValuePair.Create(n, whole.Read(n))), whole.Metadata);
                foreach (var name in names) map[name] = shard;
            }
            File.WriteAllText(
                _folder["model.safetensors.index.json"], JsonSerializer.Serialize(new { metadata = new { }, weight_map = map }));
        }
        File.Delete(_folder["whole"]);
    }
}
