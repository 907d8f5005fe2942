using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InternVideoNext.Cli;

/// <summary>
/// What asks the program to stop: Ctrl-C (SIGINT), SIGTERM, and SIGUSR1, which Slurm sends before a job's time limit where it is asked to
/// and which mpirun passes on. A command gets all the time that it needs to write its checkpoint; a second Ctrl-C ends at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private const int Usr1OnLinux = 10, Usr1OnMacOS = 30;

    // Who is told twice of one Ctrl-C, by the terminal and by a launcher, was told once.
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(0.5);

    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<PosixSignalRegistration> _registrations;
    private readonly Stopwatch _sinceFirst = new();

    public StopSignals() => _registrations = [.. Heard().Select(signal => PosixSignalRegistration.Create(signal, Handle))];

    /// <summary>Is cancelled by the first of them.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private static IEnumerable<PosixSignal> Heard()
    {
        yield return PosixSignal.SIGINT;
        yield return PosixSignal.SIGTERM;
        if (OperatingSystem.IsLinux()) yield return (PosixSignal)Usr1OnLinux;
        else if (OperatingSystem.IsMacOS()) yield return (PosixSignal)Usr1OnMacOS;
    }

    private void Handle(PosixSignalContext context)
    {
        lock (_stop)
        {
            // Left to the system, the signal ends the process.
            if (context.Signal == PosixSignal.SIGINT && _sinceFirst.IsRunning && _sinceFirst.Elapsed > Echo) return;
            context.Cancel = true;
            if (_sinceFirst.IsRunning) return;
            _sinceFirst.Start();
        }
        _stop.Cancel();
    }
}
