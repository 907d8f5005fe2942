using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using Spectre.Console;

namespace InternVideoNext.Cli.Ablate;

/// <summary>
/// Live: what is being worked on, how far it is, time left. Redirected: a line for every finished run, and one in half a minute.
/// </summary>
internal sealed class AblationDisplay(AblationScheduler scheduler, int runs)
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(30);
    private TimeSpan _next = PlainInterval;

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!ConsoleOutput.IsLive)
        {
            await scheduler.RunAsync(Tick, run => Console.WriteLine(Ended(run)), cancellation).ConfigureAwait(false);
            return;
        }
        await AnsiConsole.Live(View()).AutoClear(true)
            .StartAsync(live => scheduler.RunAsync(() => live.UpdateTarget(View()), _ => { }, cancellation)).ConfigureAwait(false);
    }

    private int Done => runs - scheduler.Missing.Count;

    private void Tick()
    {
        if (scheduler.Elapsed < _next) return;
        _next = scheduler.Elapsed + PlainInterval;
        var working = scheduler.Working.Select(
            w => string.Create(CultureInfo.InvariantCulture, $"{w.Run.Row.Id} {100 * (w.Newest?.Done ?? 0):0} %"));
        Console.WriteLine(
            $"{Done} of {runs} runs, about {Readable.Time(scheduler.TimeLeft)} left; at work: {string.Join(", ", working)}");
    }

    private string Ended(AblationRun run)
    {
        if (scheduler.Failed.TryGetValue(run, out var reason)) return $"{run.Name} FAILED: {reason}";
        var result = scheduler.Results.FirstOrDefault(r => r.Hash == run.Hash && r.Row == run.Row.Id);
        if (result is null) return $"{run.Name} stopped; it will go on where it is";
        var numbers = result.Probes.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Result.Label} {100 * p.Result.Top1:0.0}"));
        return string.Create(CultureInfo.InvariantCulture,
            $"{Done} of {runs}  {run.Row.Id}, seed {run.Seed}: {string.Join(", ", numbers)}  "
                + $"({Readable.Time(TimeSpan.FromSeconds(result.TrainingSeconds))} training, "
                + $"{Readable.Time(TimeSpan.FromSeconds(result.ProbeSeconds))} probing)");
    }

    private Table View()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("run", "phase", "done", "loss", "clips/s", "time");
        foreach (var w in scheduler.Working)
        {
            var m = w.Newest;
            table.AddRow($"{w.Run.Row.Id}, seed {w.Run.Seed}", m?.Phase ?? "starting", Text($"{100 * (m?.Done ?? 0):0} %"),
                m?.Loss is { } loss ? Text($"{loss:0.000}") : "", m is { ClipsPerSecond: > 0 } ? Text($"{m.ClipsPerSecond:0}") : "",
                    Readable.Time(w.Elapsed));
        }
        return table.Caption(
            $"{Done} of {runs} runs done, {Readable.Time(scheduler.Elapsed)} gone, about "
            + $"{Readable.Time(scheduler.TimeLeft)} left; Ctrl-C stops, nothing is lost");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
