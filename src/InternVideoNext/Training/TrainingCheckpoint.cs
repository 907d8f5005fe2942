using System.Security.Cryptography;
using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Configuration;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// A run's full state on disk: <c>model.safetensors</c> (reference names), <c>optimizer.safetensors</c> (masters, moments,
/// counters, a moving teacher), <c>config.json</c> and <c>state.json</c> with checksums. Random draws need no state:
/// they are functions of seed and step.
/// </summary>
internal sealed class TrainingCheckpoint(RunConfig config, ITrainingStage stage, FlatAdamW optimizer, RunFolder folder)
{
    public const string ModelFile = "model.safetensors", OptimizerFile = "optimizer.safetensors", ConfigFile = "config.json", StateFile = "state.json";

    public void Save(long step)
    {
        folder.AddCheckpoint(step, config.Training.KeepCheckpoints, at =>
        {
            ModelCheckpoint.Save(Path.Combine(at, ModelFile), stage.Student, config);
            SafetensorsWriter.Write(Path.Combine(at, OptimizerFile), OptimizerState(), metadata: null);
            AsideFile.Write(Path.Combine(at, ConfigFile), ConfigJson.Write(config));
            string[] files = [ModelFile, OptimizerFile, ConfigFile];
            var state = new CheckpointState
            {
                Step = step,
                Version = typeof(TrainingCheckpoint).Assembly.GetName().Version!.ToString(3),
                Sha256 = files.ToDictionary(f => f, f => HashOf(Path.Combine(at, f))),
            };
            AsideFile.Write(Path.Combine(at, StateFile), JsonSerializer.Serialize(state, ConfigJsonContext.Default.CheckpointState));
        });
    }

    /// <summary>Restores the newest checkpoint that passes its checksums; damaged ones are named in <see cref="Damaged"/>.</summary>
    /// <returns>Steps done; 0 where there is no valid checkpoint.</returns>
    public long Restore()
    {
        foreach (var at in folder.CheckpointFolders())
        {
            if (Verify(at) is not { } state) continue;
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            ModelCheckpoint.LoadInto(stage.Student, Path.Combine(at, ModelFile));
            using var file = SafetensorsFile.Open(Path.Combine(at, OptimizerFile));
            foreach (var (name, tensor) in OptimizerState()) tensor.copy_(file.Read(name));
            return state.Step;
        }
        return 0;
    }

    /// <summary>Checkpoints passed over by <see cref="Restore"/>, with the reason.</summary>
    public List<string> Damaged { get; } = [];

    private CheckpointState? Verify(string at)
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(at, StateFile)), ConfigJsonContext.Default.CheckpointState)!;
            var wrong = state.Sha256.Where(f => HashOf(Path.Combine(at, f.Key)) != f.Value).Select(f => f.Key).ToList();
            if (wrong.Count == 0) return state;
            Damaged.Add($"{at}: {string.Join(", ", wrong)} does not match its checksum");
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            Damaged.Add($"{at}: {e.Message}");
        }
        return null;
    }

    // Views into the flat buffers under the parameters' own names, so that the file can be read without knowing the layout.
    private IEnumerable<KeyValuePair<string, Tensor>> OptimizerState()
    {
        foreach (var group in optimizer.Parameters.Groups)
        {
            long offset = 0;
            foreach (var (name, parameter) in group.Members)
            {
                var count = parameter.numel();
                yield return new($"exp_avg.{name}", group.FirstMoment.narrow(0, offset, count).view(parameter.shape));
                yield return new($"exp_avg_sq.{name}", group.SecondMoment.narrow(0, offset, count).view(parameter.shape));
                yield return new($"master.{name}", group.Master.narrow(0, offset, count).view(parameter.shape));
                offset += count;
            }
        }
        yield return new("updates", optimizer.Updates);
        yield return new("skipped", optimizer.Skipped);
        foreach (var (name, tensor) in stage.ExtraState) yield return new($"extra.{name}", tensor);
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
