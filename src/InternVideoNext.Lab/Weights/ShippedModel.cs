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
