using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Ablate;

/// <summary>The parent's side of one worker.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly ChildProcess _process;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _errors = [];
    private readonly Lock _gate = new();

    private WorkerProcess(AblationRun run, ChildCommand command)
    {
        Run = run;
        _process = ChildProcess.Start(command with
        {
            HoldsInput = true,
            Output = ChildProcess.EachLine(line => Newest = WorkerMessage.Parse(line) ?? Newest),
            Error = ChildProcess.EachLine(Remember),
        });
        Exited = _process.Exited;
    }

    public AblationRun Run { get; }

    public WorkerMessage? Newest { get; private set; }

    public Task<int> Exited { get; }

    public TimeSpan Elapsed => _clock.Elapsed;

    public int ExitCode => Exited.Result;

    public bool Succeeded => ExitCode == Cli.ExitCode.Done;

    /// <summary>What it wrote on standard error.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_gate) return [.. _errors];
        }
    }

    public static WorkerProcess Start(AblationRun run, string folder, int threads)
    {
        var count = threads.ToString(CultureInfo.InvariantCulture);
        string[] words = ["ablate", "worker", "--out", folder, "--run", run.Name, "--threads", count];
        return new WorkerProcess(run, ChildCommand.Itself(typeof(WorkerProcess).Assembly, words) with
        {
            // OpenMP's pool is made before the worker can say how many threads it wants.
            Environment = new Dictionary<string, string?> { ["OMP_NUM_THREADS"] = count },
        });
    }

    /// <summary>Asks it to end with a checkpoint.</summary>
    public void Stop() => _process.CloseInput();

    public void Dispose() => _process.Dispose();

    private void Remember(string error)
    {
        lock (_gate) _errors.Add(error);
    }
}

/// <summary>One line that a worker writes: where its run is.</summary>
internal sealed record WorkerMessage(string Phase, double Done, long Step, double? Loss, double ClipsPerSecond)
{
    public static WorkerMessage Of(AblationProgress p) =>
        new(p.Phase, p.Done, p.Training?.Metrics.Step ?? 0, p.Training?.Metrics.Loss, p.Training?.Metrics.ClipsPerSecond ?? 0);

    public static WorkerMessage? Parse(string line) => line.StartsWith('{') ? JsonSerializer.Deserialize<WorkerMessage>(line) : null;

    public override string ToString() => JsonSerializer.Serialize(this);
}
