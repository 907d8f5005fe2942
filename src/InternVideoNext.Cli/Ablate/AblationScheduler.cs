using System.Diagnostics;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Ablate;

/// <summary>
/// Works a plan off with several workers. A run starts when the one it builds on is finished; a failed run takes those that
/// start from it with it, and no others. A stop, or the end of the budget, ends every worker with a checkpoint.
/// </summary>
internal sealed class AblationScheduler(
    AblationPlan plan, string folder, AblationEstimate estimate, int jobs, int threads, TimeSpan? budget)
{
    private readonly AblationRunner _runner = new(plan, folder);
    private readonly Dictionary<AblationRun, AblationResult> _finished = [];
    private readonly Dictionary<AblationRun, string> _failed = [];
    private readonly List<WorkerProcess> _working = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public IReadOnlyList<AblationResult> Results => [.. plan.Runs.Where(_finished.ContainsKey).Select(run => _finished[run])];

    /// <summary>Runs that failed, with the reason.</summary>
    public IReadOnlyDictionary<AblationRun, string> Failed => _failed;

    /// <summary>Runs that are neither finished nor failed.</summary>
    public IReadOnlyList<AblationRun> Missing => [.. plan.Runs.Where(run => !_finished.ContainsKey(run) && !_failed.ContainsKey(run))];

    public IReadOnlyList<WorkerProcess> Working => _working;

    public TimeSpan Elapsed => _clock.Elapsed;

    public bool BudgetIsSpent => budget is { } limit && _clock.Elapsed >= limit;

    /// <summary>
    /// What is left of the estimate, shared by the workers; no less than the longest chain of runs that wait for one another.
    /// </summary>
    public TimeSpan TimeLeft => AblationEstimate.Span(Missing, jobs, LeftOf);

    public void TakeFinished()
    {
        foreach (var run in plan.Runs)
            if (_runner.Finished(run) is { } result) _finished[run] = result;
    }

    /// <summary>Works until nothing is left that can be run, or until stopped.</summary>
    /// <param name="changed">Called when a run starts, ends or has moved on: every second.</param>
    /// <param name="ended">Called with each run that ended.</param>
    /// <param name="cancellation">Ends every worker with a checkpoint.</param>
    public async Task RunAsync(Action changed, Action<AblationRun> ended, CancellationToken cancellation)
    {
        _runner.DeleteTeacherOutputs();
        try
        {
            await WorkAsync(changed, ended, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _runner.DeleteTeacherOutputs();
        }
    }

    private async Task WorkAsync(Action changed, Action<AblationRun> ended, CancellationToken cancellation)
    {
        var stopped = false;
        while (true)
        {
            if (!stopped && (cancellation.IsCancellationRequested || BudgetIsSpent))
            {
                stopped = true;
                foreach (var worker in _working) worker.Stop();
            }
            while (!stopped && _working.Count < jobs && Next() is { } run) _working.Add(WorkerProcess.Start(run, folder, threads));
            if (_working.Count == 0) return;
            changed();
            await Task.WhenAny([.. _working.Select(w => w.Exited), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)])
                .ConfigureAwait(false);
            foreach (var worker in _working.Where(w => w.Exited.IsCompleted).ToList()) End(worker, stopped, ended);
        }
    }

    private void End(WorkerProcess worker, bool stopped, Action<AblationRun> ended)
    {
        _working.Remove(worker);
        using (worker)
        {
            if (worker.Succeeded && _runner.Finished(worker.Run) is { } result) _finished[worker.Run] = result;
            else if (!stopped) Fail(worker.Run, Reason(worker));
        }
        ended(worker.Run);
    }

    private TimeSpan LeftOf(AblationRun run) => estimate.Of(run) * (1 - (_working.Find(w => w.Run == run)?.Newest?.Done ?? 0));

    // An unexpected error's stack goes into a file; its message is what people read.
    private string Reason(WorkerProcess worker)
    {
        var errors = worker.Errors;
        if (errors.Count == 0) return $"its process ended with code {worker.ExitCode} and without a result";
        var file = Path.Combine(_runner.FolderOf(worker.Run), "error.log");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AsideFile.Write(file, string.Join('\n', errors) + "\n");
        return $"{string.Join('\n', errors.Where(line => !line.StartsWith("   at ", StringComparison.Ordinal)).TakeLast(8))}\n  (the "
            + $"whole of it: {file})";
    }

    private void Fail(AblationRun run, string reason)
    {
        _failed[run] = reason;
        foreach (var dependent in plan.Runs.Where(r => r.Start == run)) Fail(dependent, $"{run.Name}, which it starts from, failed");
    }

    // What others wait for comes first, then the longest: so that the last workers end together.
    private AblationRun? Next() => Missing
        .Where(run => _working.All(w => w.Run != run) && (run.Start is null || _finished.ContainsKey(run.Start)))
        .OrderByDescending(run => plan.Runs.Any(r => r.Start == run && !_finished.ContainsKey(r)))
        .ThenByDescending(estimate.Of)
        .FirstOrDefault();
}
