using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using InternVideoNext.Ablations;

namespace InternVideoNext.Cli.Ablate;

/// <summary>The parent's side of one worker.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _errors = [];
    private readonly Lock _gate = new();

    private WorkerProcess(AblationRun run, Process process)
    {
        (Run, _process) = (run, process);
        process.OutputDataReceived += (_, e) => Newest = e.Data is { } line ? WorkerMessage.Parse(line) ?? Newest : Newest;
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) return;
            lock (_gate) _errors.Add(e.Data);
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exited = process.WaitForExitAsync();
    }

    public AblationRun Run { get; }

    public WorkerMessage? Newest { get; private set; }

    public Task Exited { get; }

    public TimeSpan Elapsed => _clock.Elapsed;

    public int ExitCode => _process.ExitCode;

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
        var program = Environment.ProcessPath!;
        List<string> words = [
            .. Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(WorkerProcess).Assembly.Location] : Array.Empty<string>(),
            "ablate", "worker", "--out", folder, "--run", run.Name, "--threads", threads.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(program, words)
        { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // OpenMP's pool is made before the worker can say how many threads it wants.
        start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        return new WorkerProcess(run, new Process { StartInfo = start });
    }

    /// <summary>Asks it to end with a checkpoint.</summary>
    public void Stop() => _process.StandardInput.Close();

    public void Dispose() => _process.Dispose();
}

/// <summary>One line that a worker writes: where its run is.</summary>
internal sealed record WorkerMessage(string Phase, double Done, long Step, double? Loss, double ClipsPerSecond)
{
    public static WorkerMessage Of(AblationProgress p) =>
        new(p.Phase, p.Done, p.Training?.Metrics.Step ?? 0, p.Training?.Metrics.Loss, p.Training?.Metrics.ClipsPerSecond ?? 0);

    public static WorkerMessage? Parse(string line) => line.StartsWith('{') ? JsonSerializer.Deserialize<WorkerMessage>(line) : null;

    public override string ToString() => JsonSerializer.Serialize(this);
}
