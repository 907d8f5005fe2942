using System.Security.Cryptography;
using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Foundation;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Ablations;

/// <summary>Prepares finished runs to be given away: weights in half precision, and the probe numbers of exactly these weights.</summary>
/// <param name="plan">The runs.</param>
/// <param name="folder">Where they were made.</param>
public sealed class AblationShipping(AblationPlan plan, string folder)
{
    private readonly AblationRunner _runner = new(plan, folder);

    /// <summary>Writes <c>row.safetensors</c>, <c>row.metrics.jsonl</c> and <c>row.json</c> (last: it stands for the whole).</summary>
    /// <param name="run">A finished run that trained something.</param>
    /// <param name="target">The folder to write to.</param>
    /// <param name="cancellation">Stops between probes.</param>
    /// <returns>The result, with the shipped weights' hash and numbers.</returns>
    /// <exception cref="InvalidOperationException">The run isn't finished, or trains nothing.</exception>
    public async Task<AblationResult> ShipAsync(AblationRun run, string target, CancellationToken cancellation)
    {
        var result = run.Config is null ? null : _runner.Finished(run);
        if (result is null) throw new InvalidOperationException($"{run.Name} is no finished training run");
        Directory.CreateDirectory(target);
        var weights = Path.Combine(target, $"{run.Row.Id}.safetensors");
        using (var model = ModelCheckpoint.Open(_runner.FolderOf(run), CPU))
        {
            CheckpointExporter.Export(
                weights, model, ReferenceCheckpoint.Stage1, float16, new Dictionary<string, string>
                { ["config"] = Recipes.ConfigJson.Write(run.Config!) });
        }
        File.Copy(new RunFolder(_runner.FolderOf(run)).MetricsFile, Path.Combine(target, $"{run.Row.Id}.metrics.jsonl"), overwrite: true);
        var measured = await ProbeAsync(plan, run, weights, cancellation).ConfigureAwait(false);
        using var stream = File.OpenRead(weights);
        var shipped = result with
        {
            Probes = measured.Probes,
            Features = measured.Health,
            Place = measured.Place,
            ModelSha256 = Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false))
        };
        AsideFile.Write(Path.Combine(target, $"{run.Row.Id}.json"), shipped.ToJson());
        return shipped;
    }

    /// <summary>Measures a checkpoint as the run's own would be: the same clips, protocols and seed.</summary>
    /// <param name="plan">Data and protocols.</param>
    /// <param name="run">The run.</param>
    /// <param name="checkpoint">The weights to measure.</param>
    /// <param name="cancellation">Stops between probes.</param>
    internal static async Task<AblationMeasurement> ProbeAsync(
        AblationPlan plan, AblationRun run, string checkpoint, CancellationToken cancellation)
    {
        using var features = AblationFeatures.Open(run, plan.Settings with { Device = "cpu" }, checkpoint);
        return await AblationProbing.RunAsync(run, features, plan, run.Config!.Data, _ => { }, cancellation).ConfigureAwait(false);
    }
}
