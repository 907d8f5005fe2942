using System.Globalization;
using System.Runtime.InteropServices;

namespace InternVideoNext.Cli;

/// <summary>
/// The signals besides Ctrl-C and SIGTERM by which an end is announced: the terminal that hangs up (SIGHUP), and job systems ahead of
/// a limit (SIGUSR1, SIGUSR2). A signal that this program was started to ignore, as by nohup, stays ignored.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // Their numbers on Linux.
    private static readonly PosixSignal[] Announcing = [PosixSignal.SIGHUP, (PosixSignal)10, (PosixSignal)12];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        if (!OperatingSystem.IsLinux()) return;
        var ignored = Ignored();
        foreach (var signal in Announcing)
            if ((ignored >> (NumberOf(signal) - 1) & 1) == 0) _registrations.Add(PosixSignalRegistration.Create(signal, Stop));
    }

    /// <summary>Cancelled by the first of them.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true; // instead of the system's own answer, which is to end the process
        _stop.Cancel();
    }

    private static int NumberOf(PosixSignal signal) => signal == PosixSignal.SIGHUP ? 1 : (int)signal;

    // The kernel's mask of this process, a bit a signal.
    private static ulong Ignored()
    {
        const string Key = "SigIgn:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? 0 : ulong.Parse(line.AsSpan(Key.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
