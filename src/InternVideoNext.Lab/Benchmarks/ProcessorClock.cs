using System.Diagnostics;
using System.Globalization;

namespace InternVideoNext.Benchmarks;

/// <summary>Processor time of this process and of the processes that it started and waited for.</summary>
internal static class ProcessorClock
{
    // Of one tick in /proc, on every Linux there is (USER_HZ).
    private const double TickSeconds = 0.01;
    private const string Statistics = "/proc/self/stat";

    /// <summary>Seconds so far; null where the system does not tell of ended children.</summary>
    public static double? Seconds()
    {
        if (!File.Exists(Statistics)) return null;
        // The second field, the program's name in brackets, may hold anything.
        var text = File.ReadAllText(Statistics);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        // Fields 16 and 17 of proc(5), of which the third comes first here.
        var children = long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture);
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds + (children * TickSeconds);
    }
}
