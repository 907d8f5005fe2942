using System.CommandLine;
using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Probes;
using InternVideoNext.Training;
using Spectre.Console;
using TorchSharp;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext probe linear|attentive|knn</c>: what a frozen encoder's features tell about a label.</summary>
internal static class ProbeCommand
{
    private static readonly Option<string> Checkpoint = new("--checkpoint") { Required = true, Description = "A run's folder, a checkpoint folder, or a .safetensors file." };
    private static readonly Option<string> Data = new("--data") { Required = true, Description = "A manifest with labels and the splits train and test." };
    private static readonly Option<string> Label = new("--label") { Required = true, Description = "The label's name in the manifest." };
    private static readonly Option<string?> Protocol = new("--protocol") { Description = $"One of {string.Join(", ", ProbeProtocols.All.Select(p => p.Name))}; the default is ours for the kind of probe." };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of the validation split and the probe's weights." };
    private static readonly Option<string> Device = new("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu, cuda or cuda:N." };
    private static readonly Option<string?> Out = new("--out") { Description = "Also write the whole result, every grid point included, to this .json file." };

    public static Command Create()
    {
        var command = new Command("probe", "Measure a frozen encoder by a probe on held-out clips.");
        command.Add(Kind("linear", "One linear layer on the mean token.", ProbeProtocols.Mini, FeatureKind.MeanToken));
        command.Add(Kind("attentive", "Cross-attention pooling over all tokens, then one linear layer.", ProbeProtocols.MiniAttentive, FeatureKind.Tokens));
        command.Add(Kind("knn", "The nearest training clips vote.", ProbeProtocols.NearestNeighbours, FeatureKind.MeanToken));
        return command;
    }

    private static Command Kind(string name, string description, ProbeProtocol standard, FeatureKind features)
    {
        var command = new Command(name,
            $"""
            {description}

            Example:
              ./ivnext probe {name} --checkpoint runs/quickstart/stage2 --data runs/quickstart/data/manifest.json --label motion
            """) { Checkpoint, Data, Label, Protocol, Seed, Device, Out };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, standard, features, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ProbeProtocol standard, FeatureKind kind, CancellationToken cancellation)
    {
        var protocol = parsed.GetValue(Protocol) is { } name ? ProbeProtocols.Find(name) : standard;
        var manifest = Manifest.Open(parsed.GetValue(Data)!);
        var label = parsed.GetValue(Label)!;
        if (!manifest.Labels.TryGetValue(label, out var classes))
            throw new Configuration.ConfigurationException($"--label {label}: the manifest has {(manifest.Labels.Count == 0 ? "no labels" : string.Join(", ", manifest.Labels.Keys))}");
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        using var encoder = ModelCheckpoint.OpenEncoder(parsed.GetValue(Checkpoint)!, torch.device(parsed.GetValue(Device)!));
        using var train = await FeaturesOf(encoder, manifest.Filter("train"), tools, label, kind, cancellation).ConfigureAwait(false);
        using var test = await FeaturesOf(encoder, manifest.Filter("test"), tools, label, kind, cancellation).ConfigureAwait(false);
        using var run = ProbeRunner.Run(protocol, label, classes, train, test, parsed.GetValue(Seed), device: torch.device(parsed.GetValue(Device)!));
        Show(run.Result);
        if (parsed.GetValue(Out) is { } path)
        {
            await File.WriteAllTextAsync(path + ".partial", run.Result.ToJson(), cancellation).ConfigureAwait(false);
            File.Move(path + ".partial", path, overwrite: true);
        }
        return ExitCode.Done;
    }

    private static async Task<FeatureSet> FeaturesOf(Models.VideoEncoder encoder, Manifest manifest, FFMpegTools tools, string label, FeatureKind kind, CancellationToken cancellation)
    {
        if (manifest.Entries.Count == 0)
            throw new Configuration.ConfigurationException("--data: the manifest needs clips in the splits train and test");
        var config = new DataConfig { Frames = encoder.Config.Frames, Size = encoder.Config.ImageSize };
        var source = new VideoClipSource(manifest, config, tools);
        using var features = await FeatureExtraction.ExtractAsync([encoder], source, kind, batchSize: 32, progress: null, cancellation).ConfigureAwait(false);
        SkippedFilesDisplay.Write(source.Skipped);
        return features.Labelled(0, manifest, label);
    }

    private static void Show(ProbeResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("label", "top-1", "95 % interval", "top-5", "chance", "clips");
        table.AddRow(
            Markup.Escape(result.Label), Percent(result.Top1), $"{Percent(result.Interval.Low)} to {Percent(result.Interval.High)}",
            Percent(result.Top5), Percent(result.Chance), $"{result.TestUsed} of {result.TestExpected}");
        ConsoleOutput.Write(table);
        Console.WriteLine($"protocol {result.Protocol}; {result.Grid.Count} grid points, chosen by {result.Choice}; trained on {result.TrainUsed} of {result.TrainExpected} clips");
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
