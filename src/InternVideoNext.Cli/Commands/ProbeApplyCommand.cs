using System.CommandLine;
using System.Globalization;
using InternVideoNext.Cli.Features;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
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
    private static readonly Option<string> Data = new("--data", "--video", "--videos")
    {
        Required = true,
        Description = "A video file, a folder of them, a list with one path a line (.txt), or a manifest.",
    };
    private static readonly Option<string?> Split = new Option<string?>("--split") { Description = "Only this split of a manifest." }
        .OneOf([.. Manifest.Splits]);
    private static readonly Option<int> Top = new Option<int>("--top")
    { DefaultValueFactory = _ => 3, Description = "Classes to name for each clip." }.InRange(1, 1_000_000);
    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Also write every clip's classes with their scores to this .csv file.",
    };
    private static readonly Option<string?> Wrong = new("--wrong")
    {
        Description = "Also show the clips of a labelled manifest that were got wrong, the surest first, on this .html page.",
    };
    private static readonly Option<string> Device = DeviceOption.Create();

    public static Command Create()
    {
        var command = new Command("apply", """
            Name the classes of videos by a saved probe, with the same encoder that it was trained on.

            Examples:
              ./ivnext probe apply --probe motion.safetensors --checkpoint runs/quickstart/stage2 --video clip.mp4
              ./ivnext probe apply --probe motion.safetensors --checkpoint runs/quickstart/stage2 --data manifest.json --split test --wrong wrong.html
            """) { Probe, Checkpoint, Data, Split, Top, Out, Wrong, Device };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (table, page) = (parsed.GetValue(Out), parsed.GetValue(Wrong));
        OutputPath.Require(Out.Name, table);
        OutputPath.Require(Wrong.Name, page);
        var device = DeviceOption.Open(parsed.GetValue(Device)!);
        using var trained = ProbeFile.Load(parsed.GetValue(Probe)!);
        var protocol = ProbeProtocols.Find(trained.Protocol);
        var manifest = VideoList.Open(parsed.GetValue(Data)!);
        if (parsed.GetValue(Split) is { } split) manifest = manifest.Filter(split);
        if (manifest.Entries.Count == 0) throw new ConfigurationException(
            $"--data {parsed.GetValue(Data)}: there is no clip in it (of the chosen split)");
        if (page is not null) RequireLabels(manifest, trained);
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        using var encoder = CheckpointName.OpenEncoder(parsed.GetValue(Checkpoint)!, device, protocol.Frames, protocol.ImageSize);
        var reader = new ProtocolFeatures(protocol, encoder, tools, copies: 1, seed: 0);
        using var features = await reader.UnlabelledAsync(manifest, cancellation).ConfigureAwait(false);
        var answers = Answers(trained, features);
        Show(trained, manifest, answers, parsed.GetValue(Top));
        if (table is not null) AsideFile.Write(table, ToCsv(trained, manifest, answers));
        if (page is not null)
        {
            var wrong = new WrongAnswers(trained, manifest, answers);
            await wrong.WriteAsync(page, reader.ClipConfig, tools, cancellation).ConfigureAwait(false);
            Console.WriteLine($"{wrong.Count} of {wrong.Labelled} labelled clips were got wrong; see {page}");
        }
        return ExitCode.Done;
    }

    private static void RequireLabels(Manifest manifest, TrainedProbe trained)
    {
        if (!manifest.Labels.TryGetValue(trained.Label, out var classes) || !manifest.Entries.Any(e => e.Labels.ContainsKey(trained.Label)))
            throw new ConfigurationException($"{Wrong.Name}: no clip of {manifest.Name} has the probe's label, {trained.Label}");
        try
        {
            trained.CheckClasses(classes);
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException($"{Wrong.Name}: {ErrorText.Of(e)}", e);
        }
    }

    // Each clip's probabilities, the mean over its views.
    private static List<ClipAnswer> Answers(TrainedProbe trained, ExtractedFeatures features)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (input, width) = (features.Features[0], trained.Probe.Head.Weight.size(1));
        if (input.size(-1) != width)
            throw new ConfigurationException(
                $"--probe: it reads features {width} wide, but the encoder's are {input.size(-1)}: give the checkpoint it was trained on");
        if (!input.isfinite().all().item<bool>())
            throw new InvalidDataException("features are not finite: the encoder diverged, or its precision overflows");
        var probabilities = trained.Probe.call(input).softmax(-1);                                      // [rows, K]
        return [.. features.Entries.Index().GroupBy(row => row.Item, row => (long)row.Index)
            .Select(clip => new ClipAnswer(
                clip.Key, probabilities.index_select(0, tensor(clip.ToArray())).mean([0]).data<float>().ToArray()))];
    }

    private static void Show(TrainedProbe trained, Manifest manifest, List<ClipAnswer> answers, int top)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("clip", Markup.Escape(trained.Label));
        foreach (var answer in answers)
            table.AddRow(Markup.Escape(manifest.Entries[answer.Entry].Id), Markup.Escape(answer.Best(trained.Classes, top)));
        ConsoleOutput.Write(table);
    }

    private static string ToCsv(TrainedProbe trained, Manifest manifest, List<ClipAnswer> answers)
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
