using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Compare;

/// <summary>Makes the rows of a comparison one by one. A row that is there and depends on the same is taken over.</summary>
/// <param name="data">The clips.</param>
/// <param name="label">The label.</param>
/// <param name="protocol">How every encoder is probed.</param>
/// <param name="seed">Of the probe, and of the embedded world.</param>
/// <param name="device">Where encoders and probes compute.</param>
/// <param name="folder">Where rows and features are kept.</param>
internal sealed class ComparisonRunner(
    ComparisonData data, string label, ProbeProtocol protocol, ulong seed, Device device, string folder)
{
    private readonly FeatureStore _features = new(Path.Combine(folder, "features"));

    /// <summary>The row of an encoder, made now unless it is there.</summary>
    /// <returns>The row, and whether it was there.</returns>
    public async Task<(ComparisonRow Row, bool WasThere)> RowAsync(ComparedEncoder compared, CancellationToken cancellation)
    {
        string[] settings = [compared.Identity, data.Fingerprint, label, protocol.ToJson(), seed.ToString(CultureInfo.InvariantCulture)];
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', settings)))).ToLowerInvariant();
        var path = Path.Combine(folder, "rows", hash[..16] + ".json");
        if (File.Exists(path))
        {
            var text = await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false);
            if (SnakeCaseJson.Read<ComparisonRow>(text, path) is { } there && there.Settings == hash) return (there, true);
        }

        var row = await MakeAsync(compared, hash, cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AsideFile.Write(path, JsonSerializer.Serialize(row, SnakeCaseJson.Indented));
        return (row, false);
    }

    private async Task<ComparisonRow> MakeAsync(ComparedEncoder compared, string hash, CancellationToken cancellation)
    {
        PeakMemory.Reset();
        using var encoder = compared.Open(device, protocol.Frames, protocol.ImageSize);
        using var train = await Features(isTest: false).ConfigureAwait(false);
        using var test = await Features(isTest: true).ConfigureAwait(false);
        using var run = ProbeRunner.Run(
            protocol, label, data.Classes, train, test, seed, device: device, cancellation: cancellation);
        var (reported, by) = ReportedNumbers.Of(compared.Name, protocol, data, label, seed);
        return new ComparisonRow
        {
            Encoder = compared.Name,
            System = encoder.System,
            Settings = hash,
            IsRandom = compared.IsRandom,
            Probe = run.Result,
            Parameters = encoder.Blocks.Parameters,
            MultiplyAdds = encoder.Blocks.MultiplyAdds,
            ClipsPerSecond = Speed(encoder),
            PeakBytes = PeakMemory.Read(),
            Licence = compared.Licence,
            Reported = reported,
            ReportedBy = by,
        };

        // Of the protocol only what says how clips are read and what is kept of them.
        Task<FeatureSet> Features(bool isTest) => _features.GetAsync(
            [
                compared.Identity, data.Fingerprint, label, isTest ? "test" : "train",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{protocol.Reads} {protocol.Frames} {protocol.FrameStride} {protocol.ImageSize} {protocol.Segments} {protocol.Crops} "
                    + $"{protocol.JoinSegments} {protocol.TrainFeatures} {seed}"),
            ],
            () => data.ReadAsync(protocol, encoder, isTest, cancellation));
    }

    // One batch after a first one that is not counted.
    private static double Speed(IFrozenEncoder encoder)
    {
        const int MostClips = 8;
        var own = encoder.Preprocessing;
        var batch = Math.Min(MostClips, FeatureExtraction.BatchSizeFor(encoder, own.Frames, own.Size));
        using var clips = zeros([batch, 3, own.Frames, own.Size, own.Size]).DetachFromDisposeScope();
        Encode();
        var watch = Stopwatch.StartNew();
        Encode();
        return batch / watch.Elapsed.TotalSeconds;

        // A number on this side waits for the device.
        void Encode()
        {
            using var scope = NewDisposeScope();
            _ = encoder.Encode(clips).Tokens.sum().to(float32).item<float>();
        }
    }
}

/// <summary>The largest resident memory of this process, on Linux.</summary>
internal static class PeakMemory
{
    private const string Clear = "/proc/self/clear_refs";
    private const string Status = "/proc/self/status";

    /// <summary>Begins anew.</summary>
    public static void Reset()
    {
        try
        {
            if (File.Exists(Clear)) File.WriteAllText(Clear, "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Some containers forbid it: then the peak is that since the start.
        }
    }

    /// <summary>Bytes; null where the system does not tell.</summary>
    public static long? Read() => File.Exists(Status) && File.ReadLines(Status)
        .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line
        && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], out var kibibytes) ? kibibytes * 1024 : null;
}
