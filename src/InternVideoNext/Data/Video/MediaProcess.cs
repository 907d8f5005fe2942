using System.ComponentModel;
using System.Text;
using System.Text.RegularExpressions;
using InternVideoNext.Foundation;
using InternVideoNext.Native;

namespace InternVideoNext.Data;

/// <summary>One run of ffmpeg or ffprobe, its standard output read as bytes.</summary>
internal static partial class MediaProcess
{
    private const int KeptLines = 3;
    private const int Attempts = 3;

    /// <summary>What every run of ffmpeg begins with.</summary>
    public static IReadOnlyList<string> FFMpeg { get; } = ["-hide_banner", "-nostdin", "-v", "error"];

    /// <summary>Runs a program to its end on the calling thread.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="read">Reads its standard output; it may stop early. Called again if the run was interrupted.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Ends it, with everything it started.</param>
    /// <param name="write">
    /// Writes its standard input, on a thread of its own; null for none. It may be cut short by the program's end.
    /// </param>
    /// <returns>Exit code, and the last lines of its standard error in one.</returns>
    /// <exception cref="FFMpegMissingException">The program cannot be started.</exception>
    /// <exception cref="TimeoutException">It took longer than <paramref name="limit"/> and was ended.</exception>
    public static (int ExitCode, string Errors) Run(
        string program, IReadOnlyList<string> arguments, Action<Stream> read, TimeSpan limit, CancellationToken cancellation,
        Action<Stream>? write = null)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(limit < TimeSpan.Zero ? TimeSpan.Zero : limit);
        var errors = new Queue<string>();
        var command = new ChildCommand(program, arguments)
        {
            Input = write is null ? null : WithRoom(write),
            Output = WithRoom(read),
            Error = ChildProcess.EachLine(line => Keep(errors, line)),
        };
        try
        {
            int code;
            var attempt = 0;
            do
            {
                errors.Clear();
                code = ChildProcess.Run(command, timed.Token);
            }
            while (WasInterrupted(code) && ++attempt < Attempts);
            return (code, string.Join("; ", errors));
        }
        catch (OperationCanceledException) when (timed.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{Path.GetFileName(program)} took too long");
        }
        catch (Win32Exception e)
        {
            throw new FFMpegMissingException(
                $"'{program}' cannot be started: {e.Message}. If it is missing, install it: {FFMpegTools.InstallCommand}", e);
        }
    }

    /// <summary>Runs a program to its end and collects its answer, decoded as UTF-8.</summary>
    /// <inheritdoc cref="Run" path="/exception"/>
    public static (int ExitCode, string Answer, string Errors) Ask(
        string program, IReadOnlyList<string> arguments, TimeSpan limit, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var (code, errors) = Run(program, arguments, Receive, limit, cancellation);
        return (code, Encoding.UTF8.GetString(answer.ToArray()), errors);

        void Receive(Stream stream)
        {
            answer.SetLength(0);
            stream.CopyTo(answer);
        }
    }

    // Ctrl-C in a terminal reaches our children too. A run that means to end at its next step must not take the file for a
    // broken one: ffmpeg then exits with 255, ffprobe dies of the signal.
    private static bool WasInterrupted(int exitCode) => exitCode is 255 or 128 + 2;

    private static Action<Stream> WithRoom(Action<Stream> use) => stream =>
    {
        PipeCapacity.Raise(stream);
        use(stream);
    };

    private static void Keep(Queue<string> lines, string line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lines.Enqueue(MemoryAddress().Replace(line.Trim(), "[$1]"));
        if (lines.Count > KeptLines) lines.Dequeue();
    }

    [GeneratedRegex(@"\[([^\[\]]+?) @ 0x[0-9a-f]+\]")]
    private static partial Regex MemoryAddress();
}
