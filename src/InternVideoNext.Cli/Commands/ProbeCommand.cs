using System.CommandLine;
using System.Globalization;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext probe linear|attentive|knn</c>: what a frozen encoder's features tell about a label.</summary>
internal static class ProbeCommand
{
    private static readonly Option<string> Checkpoint = new("--checkpoint") { Required = true, Description = CheckpointName.Help };
    private static readonly Option<string> Data = new("--data")
    { Required = true, Description = "A manifest with labels and the splits train and test." };
    private static readonly Option<string> Label = new("--label") { Required = true, Description = "The label's name in the manifest." };
    private static readonly Option<string?> Protocol = new("--protocol")
    { Description = $"One of {string.Join(", ", ProbeProtocols.All.Select(p => p.Name))}; the default is ours for the kind of probe." };
    private static readonly Option<string> TestSplit = new("--test-split")
    {
        DefaultValueFactory = _ => "test",
        Description = "The split to measure on, test or validation: Kinetics-400 and Something-Something V2 are judged on validation."
    };
    private static readonly Option<int> Augmented = new Option<int>("--augmented")
    {
        DefaultValueFactory = _ => 1,
        Description = "Augmented readings of each training clip, for protocols that ask for augmented features."
    }.InRange(1, 1000);
    private static readonly Option<bool> BestOnTest = new("--best-on-test")
    {
        Description = "Report the grid's best point on the test clips, as V-JEPA 2 does; the result says so. Default: chosen on "
        + "held-out training clips."
    };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of the validation split and the probe's weights." };
    private static readonly Option<string> Device = DeviceOption.Create();
    private static readonly Option<string?> Out = new("--out")
    { Description = "Also write the whole result, every grid point included, to this .json file." };

    private static readonly Option<string?> Save = new("--save")
    {
        Description = "Also write the trained probe to this .safetensors file, with its classes; ./ivnext probe apply uses it.",
    };
    private static readonly Option<string?> Start = new("--start")
    {
        Description = "The probe's file to go on from, for a protocol that says so (internvideo2-attentive/k400).",
    };

    public static Command Create()
    {
        var command = new Command("probe", "Measure a frozen encoder by a probe on held-out clips.");
        command.Add(Kind("linear", "One linear layer on the mean token.", ProbeProtocols.Mini));
        command.Add(Kind("attentive", "Cross-attention pooling over all tokens, then one linear layer.", ProbeProtocols.MiniAttentive));
        command.Add(Kind("knn", "The nearest training clips vote.", ProbeProtocols.NearestNeighbours));
        command.Add(ProbeApplyCommand.Create());
        command.Add(ProbeProtocolsCommand.Create());
        return command;
    }

    private static Command Kind(string name, string description, ProbeProtocol standard)
    {
        var command = new Command(name,
            $"""
            {description}

            Example:
              ./ivnext probe {name} --checkpoint runs/quickstart/stage2 --data runs/quickstart/data/manifest.json --label motion
            """) { Checkpoint, Data, Label, Protocol, TestSplit, Augmented, BestOnTest, Seed, Device, Out, Save, Start };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, standard, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ProbeProtocol standard, CancellationToken cancellation)
    {
        var protocol = ProtocolOf(parsed.GetValue(Protocol), standard);
        if (parsed.GetValue(BestOnTest)) protocol = protocol with { Choice = GridChoice.BestOnTest };
        var (label, split, save) = (parsed.GetValue(Label)!, parsed.GetValue(TestSplit)!, parsed.GetValue(Save));
        if (save is not null && protocol.Kind == ProbeKind.NearestNeighbour)
            throw new ConfigurationException("--save: nearest neighbours train nothing that could be saved");
        OutputPath.Require(Out.Name, parsed.GetValue(Out));
        OutputPath.Require(Save.Name, save);
        var device = DeviceOption.Open(parsed.GetValue(Device)!);
        var manifest = Manifest.Open(parsed.GetValue(Data)!);
        var clips = ProbeClips.Of(manifest, label, split, protocol);
        var classes = clips.Classes;
        using var start = StartOf(parsed, protocol, classes);
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        using var encoder = CheckpointName.OpenEncoder(parsed.GetValue(Checkpoint)!, device, protocol.Frames, protocol.ImageSize);
        var features = new ProtocolFeatures(protocol, encoder, tools, parsed.GetValue(Augmented), parsed.GetValue(Seed));
        using var train = await features.TrainingAsync(clips.Training, label, cancellation).ConfigureAwait(false);
        using var test = await features.TestAsync(clips.Test, label, cancellation).ConfigureAwait(false);
        using var run = ProbeRunner.Run(
            protocol, label, classes, train, test, parsed.GetValue(Seed), device: device, start: start, cancellation: cancellation);
        if (save is not null && run.Trained is { } trained) ProbeFile.Save(save, trained);
        var result = run.Result with { Cautions = [.. clips.Cautions, .. ProbeCautions.Of(protocol, classes, train, test)] };
        Show(result);
        if (manifest.Expected.TryGetValue(split, out var published))
            Console.WriteLine($"{result.TestUsed} of the {published} {split} clips that the data set's authors published");
        if (parsed.GetValue(Out) is { } path) AsideFile.Write(path, result.ToJson());
        return ExitCode.Done;
    }

    // Told before any clip is read.
    private static TrainedProbe? StartOf(ParseResult parsed, ProbeProtocol protocol, IReadOnlyList<string> classes)
    {
        var path = parsed.GetValue(Start);
        if (path is null && protocol.StartsFrom is { } first)
            throw new ConfigurationException(
                $"--protocol {protocol.Name} goes on from a probe of {first}: train that one with --protocol {first} --save FILE, "
                + "then give it with --start FILE");
        var start = path is null ? null : ProbeFile.Load(path);
        try
        {
            ProbeChecks.Start(protocol, classes, start);
            return start;
        }
        catch (ArgumentException e)
        {
            start?.Dispose();
            throw new ConfigurationException($"--start {path}: {ErrorText.Of(e)}", e);
        }
    }

    private static ProbeProtocol ProtocolOf(string? name, ProbeProtocol standard)
    {
        if (name is null) return standard;
        var protocol = ProbeProtocols.All.FirstOrDefault(p => p.Name == name)
            ?? throw new ConfigurationException(
                $"--protocol {name}: there are {string.Join(", ", ProbeProtocols.All.Select(p => p.Name))}");
        return protocol.Kind == standard.Kind ? protocol
            : throw new ConfigurationException(
                $"--protocol {name} is for another kind of probe; of this kind are "
                + $"{string.Join(", ", ProbeProtocols.All.Where(p => p.Kind == standard.Kind).Select(p => p.Name))}");
    }

    private static void Show(ProbeResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("label", "top-1", "95 % interval", "top-5", "chance", "clips");
        table.AddRow(
            Markup.Escape(result.Label), Percent(result.Top1), $"{Percent(result.Interval.Low)} to {Percent(result.Interval.High)}",
            Percent(result.Top5), Percent(result.Chance), $"{result.TestUsed} of {result.TestExpected}");
        ConsoleOutput.Write(table);
        Console.WriteLine(
            $"protocol {result.Protocol}; {result.Grid.Count} grid points, chosen by "
            + $"{result.Choice}{(result.Choice == GridChoice.BestOnTest ? " (optimistic)" : "")}; trained on {result.TrainUsed} of "
            + $"{result.TrainExpected} clips, {(result.TrainFeatures == FeatureOrigin.Augmented ? "augmented" : "cached")} features");
        foreach (var deviation in result.Deviations) Console.WriteLine($"departs from the protocol: {deviation}");
        foreach (var caution in result.Cautions ?? []) Console.WriteLine($"caution: {caution}");
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
}
