using System.Diagnostics;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli;

/// <summary>One live line that counts towards a known total, with the time left.</summary>
internal sealed class CountDisplay(string title, int total) : IProgress<int>, IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private TimeSpan _next = TimeSpan.Zero;
    private int _done;

    public void Report(int value)
    {
        lock (_gate)
        {
            _done = Math.Max(_done, value);
            if (!ConsoleOutput.IsLive || _clock.Elapsed < _next) return;
            _next = _clock.Elapsed + TimeSpan.FromMilliseconds(100);
            var left = _done == 0 ? TimeSpan.Zero : _clock.Elapsed / _done * (total - _done);
            Console.Write($"\r\u001b[K{title}  {_done}/{total}  {Readable.Time(left)} left");
        }
    }

    public void Dispose()
    {
        if (ConsoleOutput.IsLive) Console.Write("\r\u001b[K");
        Console.WriteLine($"{title}: {_done} of {total} in {Readable.Time(_clock.Elapsed)}");
    }
}
