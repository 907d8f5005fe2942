using System.CommandLine;
using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Runs;
using Spectre.Console;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext probe apply</c>: names the classes of videos by a probe that was saved.</summary>
internal static class ProbeApplyCommand
{
    private static readonly Option<string> Probe = new("--probe")
    {
        Required = true,
        Description = "A probe's file, written by ./ivnext probe linear|attentive --save.",
    };
    private static readonly Option<string> Checkpoint = new("--checkpoint") { Required = true, Description = CheckpointName.Help };
    private static readonly Option<string> Videos = new("--videos")
    {
        Required = true,
        Description = "A video file, a folder of them, or a manifest.",
    };
    private static readonly Option<string?> Split = new("--split") { Description = "Only this split of a manifest." };
    private static readonly Option<int> Top = new("--top") { DefaultValueFactory = _ => 3, Description = "Classes to name for each clip." };
    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Also write every clip's classes with their scores to this .csv file.",
    };

    public static Command Create()
    {
        var command = new Command("apply", """
            Name the classes of videos by a saved probe, with the same encoder that it was trained on.

            Example:
              ./ivnext probe apply --probe motion.safetensors --checkpoint runs/quickstart/stage2 --videos clip.mp4
            """) { Probe, Checkpoint, Videos, Split, Top, Out };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var top = parsed.GetValue(Top);
        if (top < 1) throw new ConfigurationException($"--top {top}: it must be 1 or more");
        using var trained = ProbeFile.Load(parsed.GetValue(Probe)!);
        var protocol = ProbeProtocols.Find(trained.Protocol);
        var manifest = Manifest.Open(parsed.GetValue(Videos)!);
        if (parsed.GetValue(Split) is { } split) manifest = manifest.Filter(split);
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        using var encoder = ModelCheckpoint.OpenEncoder(
            CheckpointName.Resolve(parsed.GetValue(Checkpoint)!), CPU, protocol.Frames, protocol.ImageSize);
        var reader = new ProtocolFeatures(protocol, encoder, tools, copies: 1, seed: 0);
        using var features = await reader.UnlabelledAsync(manifest, cancellation).ConfigureAwait(false);
        var answers = Answers(trained, features);
        Show(trained, manifest, answers, top);
        if (parsed.GetValue(Out) is { } path) AsideFile.Write(path, ToCsv(trained, manifest, answers));
        return ExitCode.Done;
    }

    // Each clip's probabilities, the mean over its views.
    private static List<(int Entry, float[] Probabilities)> Answers(TrainedProbe trained, ExtractedFeatures features)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (input, width) = (features.Features[0], trained.Probe.Head.Weight.size(1));
        if (input.size(-1) != width)
            throw new ConfigurationException(
                $"--probe: it reads features {width} wide, but the encoder's are {input.size(-1)}: give the checkpoint it was trained on");
        var probabilities = trained.Probe.call(input).softmax(-1);                                      // [rows, K]
        return [.. features.Entries.Index().GroupBy(row => row.Item, row => (long)row.Index)
            .Select(clip => (clip.Key, probabilities.index_select(0, tensor(clip.ToArray())).mean([0]).data<float>().ToArray()))];
    }

    private static void Show(TrainedProbe trained, Manifest manifest, List<(int Entry, float[] Probabilities)> answers, int top)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("clip", trained.Label);
        foreach (var (entry, probabilities) in answers)
        {
            var best = Enumerable.Range(0, probabilities.Length).OrderByDescending(i => probabilities[i]).Take(top)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"{trained.Classes[i]} {100 * probabilities[i]:0.0} %"));
            table.AddRow(Markup.Escape(manifest.Entries[entry].Id), Markup.Escape(string.Join(", ", best)));
        }
        ConsoleOutput.Write(table);
    }

    private static string ToCsv(TrainedProbe trained, Manifest manifest, List<(int Entry, float[] Probabilities)> answers)
    {
        IEnumerable<string> lines =
        [
            string.Join(',', trained.Classes.Prepend("clip").Select(Quoted)),
            .. answers.Select(a => string.Join(',', a.Probabilities.Select(p => p.ToString("0.0000", CultureInfo.InvariantCulture))
                .Prepend(Quoted(manifest.Entries[a.Entry].Id)))),
        ];
        return string.Join('\n', lines) + "\n";

        static string Quoted(string text) =>
            text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
