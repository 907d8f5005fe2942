using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using Spectre.Console;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Quickstart;

/// <summary>
/// Linear probes of a random encoder, Stage 1 and Stage 2 on held-out clips: appearance on the mean token, every other label on the
/// frames' means side by side, which keep the order of time.
/// </summary>
internal sealed class QuickstartProbes
{
    private static readonly string[] Encoders = ["random encoder", "stage 1", "stage 2"];

    private QuickstartProbes(IReadOnlyList<(string Encoder, ProbeResult Result)> results) => Results = results;

    public IReadOnlyList<(string Encoder, ProbeResult Result)> Results { get; }

    public static async Task<QuickstartProbes> RunAsync(
        QuickstartOptions options, QuickstartFolder folder, Stage1Config stage1, Manifest manifest, VideoClipSource trainSource,
            VideoClipSource testSource,
        CancellationToken cancellation)
    {
        var (train, test) = (manifest.Filter("train"), manifest.Filter("test"));
        using var weights = new Generator(options.Seed, CPU);
        List<VideoEncoder> encoders =
        [
            stage1.Model.Encoder.Build(weights),
            ModelCheckpoint.OpenEncoder(Path.Combine(folder.Root, "stage1"), CPU),
            ModelCheckpoint.OpenEncoder(Path.Combine(folder.Root, "stage2"), CPU),
        ];
        try
        {
            var results = new List<(string, ProbeResult)>();
            foreach (var label in manifest.Labels.Keys)
            {
                var protocol = label == AblationClaims.Appearance ? ProbeProtocols.Mini : ProbeProtocols.MiniFrames;
                using var trainFeatures = await Extract(
                    encoders, trainSource, protocol.Reads, $"{label}: features of training clips", cancellation).ConfigureAwait(false);
                using var testFeatures = await Extract(
                    encoders, testSource, protocol.Reads, $"{label}: features of held-out clips", cancellation).ConfigureAwait(false);
                for (var i = 0; i < encoders.Count; i++)
                {
                    using var trainSet = trainFeatures.Labelled(i, train, label);
                    using var testSet = testFeatures.Labelled(i, test, label);
                    using var run = ProbeRunner.Run(
                        protocol, label, manifest.Labels[label], trainSet, testSet, options.Seed, cancellation: cancellation);
                    results.Add((Encoders[i], run.Result));
                }
            }
            var probes = new QuickstartProbes(results);
            AsideFile.Write(folder.Results, probes.ToCsv());
            return probes;
        }
        finally
        {
            encoders.ForEach(e => e.Dispose());
        }
    }

    public void Show()
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("label", "encoder", "top-1 %", "95 % interval", "chance %", "held-out clips");
        foreach (var (encoder, r) in Results)
            table.AddRow(
                r.Label, encoder, Percent(r.Top1), $"{Percent(r.Interval.Low)} to {Percent(r.Interval.High)}", Percent(r.Chance),
                $"{r.TestUsed} of {r.TestExpected}");
        ConsoleOutput.Write(table);
    }

    private string ToCsv()
    {
        IEnumerable<string> lines =
        [
            "label,encoder,protocol,top1,low,high,chance,test_used,test_expected,train_used,train_expected",
            .. Results.Select(r => string.Create(CultureInfo.InvariantCulture,
                $"{r.Result.Label},{r.Encoder},{r.Result.Protocol},{r.Result.Top1:0.0000},{r.Result.Interval.Low:0.0000},"
                    + $"{r.Result.Interval.High:0.0000},{r.Result.Chance:0.0000},{r.Result.TestUsed},{r.Result.TestExpected},"
                    + $"{r.Result.TrainUsed},{r.Result.TrainExpected}")),
        ];
        return string.Join('\n', lines) + "\n";
    }

    private static async Task<ExtractedFeatures> Extract(
        List<VideoEncoder> encoders, VideoClipSource source, FeatureKind kind, string title, CancellationToken cancellation)
    {
        using var display = new CountDisplay(title, source.Count);
        return await FeatureExtraction.ExtractAsync(encoders, source, kind, batchSize: 64, display, cancellation).ConfigureAwait(false);
    }

    internal static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
