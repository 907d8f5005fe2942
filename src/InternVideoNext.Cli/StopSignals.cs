using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace InternVideoNext.Cli;

/// <summary>
/// What asks the program to stop: Ctrl-C (SIGINT), SIGTERM, the terminal that hangs up (SIGHUP), and SIGUSR1 and SIGUSR2, which job
/// systems send before a job's time limit where they are asked to and which mpirun passes on. A command gets all the time that it needs
/// to write its checkpoint; a second Ctrl-C ends at once. A signal that the program was started to ignore, as by nohup, stays ignored.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // By their numbers: .NET names none of these two.
    private static readonly PosixSignal[] UserSignalsOnLinux = [(PosixSignal)10, (PosixSignal)12],
        UserSignalsOnMacOS = [(PosixSignal)30, (PosixSignal)31];

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
        var ignored = Ignored();
        var user = OperatingSystem.IsLinux() ? UserSignalsOnLinux : OperatingSystem.IsMacOS() ? UserSignalsOnMacOS : [];
        return ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, .. user])
            .Where(signal => (ignored >> (NumberOf(signal) - 1) & 1) == 0);
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

    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGTERM => 15,
        _ => (int)signal,
    };

    // Linux's mask of the signals that this process ignores, a bit a signal.
    private static ulong Ignored()
    {
        const string Source = "/proc/self/status", Key = "SigIgn:";
        var line = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is null ? 0 : ulong.Parse(line.AsSpan(Key.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
