using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using InternVideoNext.Cli.GpuCheck;
using InternVideoNext.Cli.Options;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext gpu-check</c>: everything that a person with a GPU can tell us, in one go.</summary>
internal static class GpuCheckCommand
{
    private const string ResultsFile = "results.jsonl", ReportFile = "report.html", Full = "full", Tiny = "tiny";

    private static readonly Option<string> Out = new("--out") { Required = true, Description = "A new folder for everything." };
    private static readonly Option<double> Minutes = new Option<double>("--minutes")
    { DefaultValueFactory = _ => 10, Description = "Time for all of it; what is under way then is ended." }.InRange(0, 10_000);
    private static readonly Option<string> Device = DeviceOption.Create("cuda", "cuda, cuda:N, or cpu to try the check itself.");
    private static readonly Option<string> Size = new Option<string>("--size")
    { DefaultValueFactory = _ => Full, Description = $"{Full}: the paper's models; {Tiny}: the smallest." }.AcceptOnlyFromAmong(Full, Tiny);

    public static Command Create()
    {
        var command = new Command("gpu-check",
            $"""
            Check this package on a GPU, in order of worth: doctor, parity with the reference numbers, a run killed and resumed to the
            bit, the six full-size steps timed (beside plain PyTorch where python3 has it), 200 steps from video files.
            Every result is written as it comes, {ResultsFile}, with logs, and at the end {ReportFile}.

            Examples:
              ./ivnext gpu-check --out runs/gpu-check
              ./ivnext gpu-check --out runs/gpu-check --minutes 30
              ./ivnext gpu-check --out runs/check --device cpu --size tiny       the check itself, without a GPU

            Exit codes: 0 all passed, 1 something failed or its time was up.
            """) { Out, Minutes, Device, Size };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (folder, minutes, device) = (Path.GetFullPath(parsed.GetValue(Out)!), parsed.GetValue(Minutes), parsed.GetValue(Device)!);
        if (File.Exists(Path.Combine(folder, ResultsFile)))
            throw new ConfigurationException($"--out {folder} already holds a check; name another folder");
        Directory.CreateDirectory(folder);
        var commands = new CheckCommands(folder, TimeSpan.FromMinutes(minutes));
        var plan = parsed.GetValue(Size) == Tiny ? CheckPlan.Tiny(device) : CheckPlan.Full(device);
        var (results, output) = (new List<CheckResult>(), parsed.InvocationConfiguration.Output);
        foreach (var part in new CheckParts(folder, plan, commands).All)
        {
            var result = await CheckAsync(part, commands, cancellation).ConfigureAwait(false);
            results.Add(result);
            await File.AppendAllTextAsync(Path.Combine(folder, ResultsFile), result.ToJson() + "\n", cancellation).ConfigureAwait(false);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{part.Name}: {result.State}, {result.Seconds:0.0} s: {result.Note}")).ConfigureAwait(false);
        }
        var page = Path.Combine(folder, ReportFile);
        CheckReport.Create(results, folder, $"./ivnext {ShellWords.Join(parsed.Tokens.Select(t => t.Value))}").Write(page);
        await output.WriteLineAsync($"{CheckReport.Lead(results)}. Report: {page}").ConfigureAwait(false);
        return results.TrueForAll(r => r.State is CheckState.Passed or CheckState.Absent) ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<CheckResult> CheckAsync(CheckPart part, CheckCommands commands, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (state, note) = await StateAsync(part, commands, cancellation).ConfigureAwait(false);
        return new CheckResult(part.Name, part.Shows, state, clock.Elapsed.TotalSeconds, commands.TakeCommands(), note);
    }

    private static async Task<(CheckState State, string Note)> StateAsync(
        CheckPart part, CheckCommands commands, CancellationToken cancellation)
    {
        if (commands.IsTimeUp) return (CheckState.OutOfTime, "the time was up before it began");
        try
        {
            return await part.RunAsync(cancellation).ConfigureAwait(false) is { } found ? (CheckState.Passed, found)
                : (CheckState.Absent, "this package has no such thing");
        }
        catch (TimeoutException e)
        {
            return (CheckState.OutOfTime, e.Message);
        }
        catch (Exception e) when (e is CheckFailedException or ConfigurationException or IOException)
        {
            return (CheckState.Failed, e.Message);
        }
    }
}
