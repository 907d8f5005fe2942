using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using InternVideoNext.Ablations;
using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Hub;
using InternVideoNext.Cli.Ablate;
using InternVideoNext.Foundation;
using InternVideoNext.Models.Peers;
using InternVideoNext.Recipes;
using InternVideoNext.Weights;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>./ivnext weights</c>: looks into checkpoint files and fetches published ones.</summary>
internal static class WeightsCommand
{
    public static Command Create() => new("weights", "Inspect checkpoint files and fetch published weights.")
    {
        CreateInspect(),
        CreateFetch(),
        CreateList(),
        CreateProbe(),
        CreateShip(),
    };

    private static Command CreateInspect()
    {
        var path = new Argument<string>("FILE")
        {
            Description = "A .safetensors, .pt, .pth, .bin, .npz or .npy file, an index (model.safetensors.index.json), or the folder of "
            + "one.",
        };
        var headerOnly = new Option<bool>("--header")
        { Description = "Names, types and shapes only: reads no values, instant for files of any size." };
        var command = new Command(
            "inspect",
            "Print every tensor's name, type, shape and statistics, and what kind of checkpoint it is.\nExample: ./ivnext weights "
            + "inspect model.safetensors") { path, headerOnly };
        command.SetAction(parse => Inspect(
            CheckpointName.Resolve(parse.GetRequiredValue(path)), parse.GetValue(headerOnly), parse.InvocationConfiguration.Output));
        return command;
    }

    private static Command CreateFetch()
    {
        var name = new Argument<string>("NAME")
        { Description = "One of: " + string.Join(", ", NamedWeights.All.Select(weights => weights.Name)) + "." };
        var cache = CacheOption();
        var hub = new Option<string>("--hub")
        {
            Description = "Address of the hub or a mirror of it.",
            DefaultValueFactory = _ =>
                Environment.GetEnvironmentVariable("HF_ENDPOINT") is { Length: > 0 } mirror ? mirror : "https://huggingface.co/"
        };
        var command = new Command(
            "fetch", "Download a named checkpoint into the cache; a broken download goes on where it broke.\nExample: ./ivnext weights "
            + "fetch internvideo-next-base") { name, cache, hub };
        command.SetAction((parse, cancellation) => FetchAsync(
            parse.GetRequiredValue(name), CacheOf(parse.GetValue(cache)), parse.GetRequiredValue(hub), parse.InvocationConfiguration,
            cancellation));
        return command;
    }

    private static Command CreateList()
    {
        var cache = CacheOption();
        var command = new Command("list", "List the named checkpoints and where they are in the cache.\nExample: ./ivnext weights list")
            { cache };
        command.SetAction(parse => List(CacheOf(parse.GetValue(cache)), parse.InvocationConfiguration.Output));
        return command;
    }

    private static Option<string?> CacheOption() =>
        new("--cache") { Description = $"The cache's folder (default: ${WeightCache.Variable}, else the user's cache folder)." };

    private static WeightCache CacheOf(string? folder) =>
        string.IsNullOrEmpty(folder) ? WeightCache.Default : new WeightCache(Path.GetFullPath(folder));

    private static int Inspect(string path, bool headerOnly, TextWriter output)
    {
        using var checkpoint = TensorFile.Open(path);
        WriteTable(checkpoint, headerOnly, output);
        foreach (var (key, text) in checkpoint.Metadata) output.WriteLine($"metadata {key}: {text}");
        var entries = checkpoint.Entries.Values.ToList();
        var types = entries.GroupBy(entry => entry.Type.Name).Select(group => $"{group.Count()} {group.Key}");
        output.WriteLine(
            string.Create(
            CultureInfo.InvariantCulture,
            $"{entries.Count} tensors ({string.Join(", ", types)}), {entries.Sum(entry => entry.ElementCount):N0} numbers, "
            + $"{entries.Sum(entry => entry.ByteCount):N0} bytes in {(checkpoint as SafetensorsCheckpoint)?.Files.Count ?? 1} file(s)"));
        output.WriteLine($"kind: {KindOf(checkpoint, path)}");
        return ExitCode.Done;
    }

    private static void WriteTable(ITensorFile checkpoint, bool headerOnly, TextWriter output)
    {
        // Plain columns: a table that is cut to the terminal's width would hide the names, and this is piped to grep.
        var widest = Math.Max(4, checkpoint.Entries.Keys.Select(name => name.Length).DefaultIfEmpty().Max());
        var shapes = Math.Max(10, checkpoint.Entries.Values.Select(entry => entry.Description.Length).DefaultIfEmpty().Max());
        if (!headerOnly)
            output.WriteLine($"{"name".PadRight(widest)}  {"type[shape]".PadRight(shapes)}  {"min",12} {"max",12} {"mean",12} {"std",12}");
        foreach (var (name, entry) in checkpoint.Entries)
        {
            var statistics = headerOnly ? "" : Statistics(checkpoint, entry);
            output.WriteLine($"{name.PadRight(widest)}  {entry.Description.PadRight(shapes)}  {statistics}".TrimEnd());
        }
    }

    // Our own carry their configuration; their tensors have the authors' names.
    private static string KindOf(ITensorFile checkpoint, string path)
    {
        if (checkpoint is SafetensorsCheckpoint && checkpoint.Metadata.TryGetValue("config", out var json)
            && ConfigJson.Read(json, path) is { } run)
            return $"a checkpoint of this package: {JsonNode.Parse(json)!["stage"]} of preset "
                + $"{(run.Preset.Length > 0 ? run.Preset : "none")}";
        var kind = CheckpointDetector.Describe(CheckpointDetector.Detect(checkpoint.Entries.Keys));
        try
        {
            return PeerCheckpoint.Recognise(checkpoint, PeerOptions.Beside(path)) is { } peer ? $"{kind}: {peer.Describe()}" : kind;
        }
        catch (InvalidDataException e)
        {
            return $"{kind}; {e.Message}";
        }
    }

    private static string Statistics(ITensorFile checkpoint, SafetensorsEntry entry)
    {
        if (entry.Type.Torch is null || entry.Type.Name == "C64")
            return "(no statistics for this type)";
        using var tensor = checkpoint.Read(entry.Name);
        var statistics = TensorStatistics.Of(tensor);
        var numbers = string.Create(
            CultureInfo.InvariantCulture,
            $"{statistics.Minimum,12:G5} {statistics.Maximum,12:G5} {statistics.Mean,12:G5} {statistics.StandardDeviation,12:G5}");
        return statistics.NonFinite == 0 ? numbers : $"{numbers}  {statistics.NonFinite} NOT FINITE";
    }

    private static async Task<int> FetchAsync(
        string name, WeightCache cache, string address, InvocationConfiguration console, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var hubAddress)
            || hubAddress.Scheme is not ("https" or "http"))
            throw new ConfigurationException($"--hub {address}: it is no http(s) address");
        var weights = NamedWeights.Find(name);
        using var client = WeightHub.CreateClient();
        var hub = new WeightHub(client, cache, new WeightHubOptions { Address = hubAddress });
        var fetched = await WithProgressAsync(console.Error, progress => hub.FetchAsync(weights, progress, cancellation))
            .ConfigureAwait(false);
        foreach (var file in fetched.Files)
            console.Output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{file.Path}: {file.Size:N0} bytes; {file.Verification}"));
        console.Output.WriteLine($"open: {fetched.Path}");
        return ExitCode.Done;
    }

    private static Task<FetchedWeights> WithProgressAsync(TextWriter output, Func<IProgress<FetchProgress>, Task<FetchedWeights>> fetch) =>
        ConsoleOutput.For(output).Progress()
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(),
            new RemainingTimeColumn())
        .StartAsync(context =>
        {
            var bars = new Dictionary<string, ProgressTask>();
            return fetch(new Progress<FetchProgress>(progress =>
            {
                lock (bars)
                {
                    if (!bars.TryGetValue(progress.File, out var bar))
                        bars[progress.File] = bar = context.AddTask(Markup.Escape(PlainWriter.Escape(progress.File)));
                    bar.MaxValue = progress.Total ?? Math.Max(1, progress.Received);
                    bar.Value = progress.Received;
                }
            }));
        });

    private static int List(WeightCache cache, TextWriter output)
    {
        foreach (var model in ShippedModels.All)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{model.Name,-32}{model.Row.Title}; comes with this program, {model.Bytes:N0} bytes\n{"",-32}{Numbers(model)}; sha256 "
                + $"{model.Sha256.ToLowerInvariant()}"));
        foreach (var weights in NamedWeights.All)
            output.WriteLine($"{weights.Name,-32}{weights.Description}\n{"",-32}{weights.Repository}: {Where(cache, weights)}");
        output.WriteLine($"cache: {cache.Folder}");
        return ExitCode.Done;
    }

    private static string Numbers(ShippedModel model) =>
        string.Join(", ", model.Result.Probes.Select(p => string.Create(CultureInfo.InvariantCulture,
        $"{p.Result.Label} {100 * p.Result.Top1:0.0} % ({p.Result.Protocol}, {p.Result.TestUsed} of {p.Result.TestExpected} clips, seed "
            + $"{model.Result.Seed})")));

    private static Command CreateProbe()
    {
        var names = new Argument<string[]>("NAME") { Arity = ArgumentArity.ZeroOrMore, Description = "As `list` shows; default: all." };
        var command = new Command("probe",
            """
            Probe the models that come with the program again, and compare with the numbers that they were tabled with: a minute each.

            Examples:
              ./ivnext weights probe mini/stage2
              ./ivnext weights probe

            Exit codes: 0 all agree, 1 some do not.
            """) { names };
        command.SetAction((parse, cancellation) => ProbeAsync(
            parse.GetValue(names) is { Length: > 0 } some ? [.. some.Select(ShippedModels.Find)] : ShippedModels.All,
            parse.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> ProbeAsync(IReadOnlyList<ShippedModel> models, TextWriter output, CancellationToken cancellation)
    {
        var (count, off) = (0, 0);
        foreach (var model in models)
        {
            output.WriteLine($"{model.Name}, seed {model.Result.Seed}: top-1 %, tabled, of these weights then, and now");
            foreach (var probe in await model.ProbeAsync(cancellation).ConfigureAwait(false))
            {
                var agrees = probe.Agrees;
                (count, off) = (count + 1, agrees ? off : off + 1);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {probe.Label,-12}{probe.Readout,-26}{100 * probe.Tabled,6:0.0} {100 * probe.Shipped,6:0.0} "
                    + $"{100 * probe.Now,6:0.0}{(agrees ? "" : "  differs")}"));
            }
        }
        output.WriteLine(
            $"{count - off} of {count} numbers are within {100 * ProbedAgain.Tolerance:0.0} points of those then (other processors round "
            + "in another order: a few clips may change sides)");
        return off == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    // For those who make a release: the runs of an ablation as the package's models.
    private static Command CreateShip()
    {
        var from = new Option<DirectoryInfo>("--from") { Required = true, Description = "The folder of a finished ./ivnext ablate." };
        var target = new Option<DirectoryInfo>("--to")
        { Required = true, Description = "Where to write, e.g. src/InternVideoNext.Weights/small." };
        var command = new Command(
            "ship", "Write an ablation's trained models in half precision, with the probe numbers of these very weights.\nExample: "
            + "./ivnext weights ship --from runs/small --to src/InternVideoNext.Weights/small") { from, target };
        command.SetAction(async (parse, cancellation) =>
        {
            var folder = parse.GetRequiredValue(from).FullName;
            var plan = await AblationRequest.Read(folder).PlanAsync(folder, cancellation).ConfigureAwait(false);
            var runner = new AblationRunner(plan, folder);
            foreach (var run in plan.Runs.Where(r => r.Config is not null && runner.Finished(r) is not null).DistinctBy(r => r.Row.Id))
            {
                var shipped = await new AblationShipping(plan, folder).ShipAsync(run, parse.GetRequiredValue(target).FullName, cancellation)
                    .ConfigureAwait(false);
                var accuracies = shipped.Probes.Select(p =>
                    string.Create(CultureInfo.InvariantCulture, $"{p.Result.Label} {100 * p.Result.Top1:0.0} %"));
                parse.InvocationConfiguration.Output.WriteLine($"{run.Row.Id}: {string.Join(", ", accuracies)}");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static string Where(WeightCache cache, NamedWeights weights)
    {
        try
        {
            return cache.Locate(weights) ?? "not in the cache";
        }
        catch (SafetensorsException e)
        {
            return e.Message;
        }
    }
}
