using System.Security.Cryptography;
using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// A run's full state on disk: <c>model.safetensors</c> (reference names), <c>optimizer.safetensors</c> (moments, float32
/// masters beside bfloat16 weights, counters, a video teacher), <c>config.json</c> and <c>state.json</c> with checksums. Random draws need
/// no state:
/// they are functions of seed and step.
/// </summary>
internal sealed class TrainingCheckpoint(RunConfig config, ITrainingStage stage, FlatAdamW optimizer, RunFolder folder)
{
    public const string ModelFile = ModelCheckpoint.FileName, OptimizerFile = "optimizer.safetensors", ConfigFile = "config.json",
        StateFile = "state.json";

    private static readonly string[] Files = [ModelFile, OptimizerFile, ConfigFile];

    /// <summary>The newest checkpoint known to be good; null where there is none.</summary>
    public string? Newest { get; private set; }

    /// <summary>Checkpoints passed over by <see cref="Restore"/>, with the reason.</summary>
    public List<string> Damaged { get; } = [];

    public void Save(long step) =>
        Newest = folder.AddCheckpoint(step, config.Training.KeepCheckpoints, config.Training.KeepEvery, at =>
        {
            using var scope = NewDisposeScope();
            ModelCheckpoint.Save(Path.Combine(at, ModelFile), stage.Student, config);
            SafetensorsWriter.Write(Path.Combine(at, OptimizerFile), OptimizerState(), metadata: null);
            AsideFile.Write(Path.Combine(at, ConfigFile), ConfigJson.Write(config));
            var state = new CheckpointState
            {
                Step = step,
                Version = typeof(TrainingCheckpoint).Assembly.GetName().Version!.ToString(3),
                Sha256 = Files.ToDictionary(f => f, f => HashOf(Path.Combine(at, f))),
            };
            AsideFile.Write(Path.Combine(at, StateFile), JsonSerializer.Serialize(state, SnakeCaseJson.Indented));
        });

    /// <summary>
    /// Restores the newest checkpoint that passes its checksums; damaged ones are set aside and named in <see cref="Damaged"/>.
    /// </summary>
    /// <returns>Steps done; 0 where there is no valid checkpoint.</returns>
    /// <exception cref="CheckpointMismatchException">The checkpoint is whole, but of another model.</exception>
    public long Restore()
    {
        foreach (var at in folder.CheckpointFolders())
        {
            if (Fault(at) is { } fault)
            {
                Damaged.Add($"{folder.SetDamagedAside(at)}: {fault}");
                continue;
            }
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            ModelCheckpoint.LoadInto(stage.Student, Path.Combine(at, ModelFile));
            using var file = SafetensorsFile.Open(Path.Combine(at, OptimizerFile));
            foreach (var (name, tensor) in OptimizerState()) Copy(file, name, tensor);
            stage.StateRestored();
            Newest = at;
            return RunFolder.StepOf(at);
        }
        return 0;
    }

    /// <summary>Every tensor that a checkpoint holds, in one order on every process; views live in the caller's dispose scope.</summary>
    public IEnumerable<Tensor> State() =>
        stage.Student.state_dict().OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => w.Value)
            .Concat(OptimizerState().Select(w => w.Value));

    private static void Copy(SafetensorsFile file, string name, Tensor target)
    {
        using var stored = file.Read(name);
        if (!stored.shape.SequenceEqual(target.shape) || stored.dtype != target.dtype)
            throw new SafetensorsException(
                file.Path, name,
                $"it is {stored.dtype}[{string.Join(", ", stored.shape)}], but {target.dtype}[{string.Join(", ", target.shape)}] is "
                + "needed; the checkpoint is of another configuration.");
        target.copy_(stored);
    }

    /// <summary>What is wrong with a checkpoint; null for a whole one.</summary>
    internal static string? Fault(string at)
    {
        try
        {
            var state = SnakeCaseJson.Parse<CheckpointState>(File.ReadAllText(Path.Combine(at, StateFile)));
            if (state.Step != RunFolder.StepOf(at)) return $"{StateFile} is of another step";
            var wrong = Files.Where(f => state.Sha256.GetValueOrDefault(f) != HashOf(Path.Combine(at, f))).ToList();
            return wrong.Count == 0 ? null : $"{string.Join(", ", wrong)} does not match its checksum";
        }
        catch (JsonException e)
        {
            return $"{StateFile}: {e.Message}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    // Views into the flat buffers under the parameters' own names, so that the file can be read without knowing the layout.
    private IEnumerable<KeyValuePair<string, Tensor>> OptimizerState()
    {
        foreach (var group in optimizer.Parameters.Groups)
        {
            foreach (var (name, view) in group.Views(group.FirstMoment)) yield return new($"exp_avg.{name}", view);
            foreach (var (name, view) in group.Views(group.SecondMoment)) yield return new($"exp_avg_sq.{name}", view);
            if (!group.HasMasterCopy) continue;
            foreach (var (name, view) in group.Views(group.Master)) yield return new($"master.{name}", view);
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
