using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Weights;

/// <summary>A trained model that comes with the package InternVideoNext.Weights.</summary>
/// <param name="Name">Size and row, for example <c>mini/stage2</c>.</param>
/// <param name="Result">
/// Configuration, data, and the probe numbers of these very weights (half precision, not the run's own float32).
/// </param>
public sealed record ShippedModel(string Name, AblationResult Result)
{
    private const string CacheVariable = "IVNEXT_WEIGHTS";

    /// <summary>The row of the ablation tables that it is.</summary>
    public AblationRow Row => AblationRows.Find(Result.Row);

    /// <summary>SHA-256 of the weights' file, in hexadecimal.</summary>
    public string Sha256 => Result.ModelSha256!;

    /// <summary>Size of the weights' file in bytes.</summary>
    public long Bytes
    {
        get
        {
            using var stream = WeightsPackage.Open($"{Name}.safetensors");
            return stream.Length;
        }
    }

    /// <summary>The training log, one JSON object a step.</summary>
    public IReadOnlyList<StepMetrics> ReadLog() => MetricsFile.Read(Extract("metrics.jsonl"));

    /// <summary>
    /// The weights as a file, for everything that takes a checkpoint's path. It is unpacked once into the user's cache folder (or the one
    /// that IVNEXT_WEIGHTS names), and again if what is there has another content.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public string Path() => Extract("safetensors");

    /// <summary>The whole model, in float32.</summary>
    /// <param name="device">Where to put it; null is the CPU.</param>
    public EncoderPredictorDecoder Open(Device? device = null) => ModelCheckpoint.Open(Path(), device ?? CPU);

    /// <summary>The encoder alone, in float32.</summary>
    /// <param name="device">Where to put it; null is the CPU.</param>
    public VideoEncoder OpenEncoder(Device? device = null) => ModelCheckpoint.OpenEncoder(Path(), device ?? CPU);

    /// <summary>
    /// Probes these weights again as they were: the same clips, protocols and seed. It takes about a minute on two cores.
    /// </summary>
    /// <param name="cancellation">Stops between probes.</param>
    /// <returns>One for each probe of <see cref="Result"/>.</returns>
    /// <exception cref="ConfigurationException">The embedded world is no longer the one that they were measured on.</exception>
    public async Task<IReadOnlyList<ProbedAgain>> ProbeAsync(CancellationToken cancellation = default)
    {
        var settings = Result.Settings;
        var plan = AblationPlan.Make(settings, ShapesAblationData.For(settings.Preset), [Row], [Result.Seed]);
        if (plan.Data.Fingerprint != Result.DataFingerprint)
            throw new ConfigurationException(
                $"{Name} was measured on {Result.DataFingerprint}, this version's world is {plan.Data.Fingerprint}");
        var run = plan.Runs.Single(r => r.Row.Id == Result.Row);
        var measured = await AblationShipping.ProbeAsync(plan, run, Path(), cancellation).ConfigureAwait(false);
        var tabled = ShippedResults.Load(settings.Preset).Results.Single(r => r.Row == Result.Row && r.Seed == Result.Seed);
        return
        [
            .. measured.Probes.Select(now => new ProbedAgain(
                now.Result.Label, now.Readout, tabled.Probe(now.Result.Label, now.Readout)!.Result.Top1,
                Result.Probe(now.Result.Label, now.Readout)!.Result.Top1, now.Result.Top1)),
        ];
    }

    private string Extract(string extension)
    {
        var root = Environment.GetEnvironmentVariable(CacheVariable) is { Length: > 0 } named ? named : UserCache.Folder("shipped");
        var target = System.IO.Path.Combine(root, Sha256[..16], $"{Row.Id}.{extension}");
        using var stream = WeightsPackage.Open($"{Name}.{extension}");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        if (File.Exists(target) && File.ReadAllBytes(target).AsSpan().SequenceEqual(content)) return target;
        AsideFile.Write(target, file => file.Write(content));
        return target;
    }
}

/// <summary>A probe of a shipped model, then and now. Accuracies are shares of test clips.</summary>
/// <param name="Label">The label.</param>
/// <param name="Readout">Whose tokens were read by which protocol (<see cref="AblationProbe.Readout"/>).</param>
/// <param name="Tabled">Of the run's own weights, in the tables of <see cref="ShippedResults"/>.</param>
/// <param name="Shipped">Of the shipped weights, in half precision, when they were packed.</param>
/// <param name="Now">Of the shipped weights, now.</param>
public sealed record ProbedAgain(string Label, string Readout, double Tabled, double Shipped, double Now)
{
    /// <summary>How far apart two measurements of the same weights may be: other processors round in another order.</summary>
    public const double Tolerance = 0.005;

    /// <summary>Whether then and now are the same but for rounding.</summary>
    public bool Agrees => Math.Abs(Now - Shipped) <= Tolerance;
}
