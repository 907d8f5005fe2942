using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using InternVideoNext.Native;

namespace InternVideoNext.Data;

/// <summary>
/// One run of ffmpeg or ffprobe, its standard output read as bytes. FFMpegCore composes the arguments and reads ffprobe's
/// answer, but its own runner closes the output pipe once the process has ended, which loses the frames still in the pipe,
/// and ends one process where a wrapper script may have started more.
/// </summary>
internal static partial class MediaProcess
{
    private const int KeptLines = 3;
    private const int Attempts = 3;

    /// <summary>Runs a program to its end on the calling thread.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="arguments">Its command line.</param>
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
        string program, string arguments, Action<Stream> read, TimeSpan limit, CancellationToken cancellation, Action<Stream>? write = null)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timed.CancelAfter(limit < TimeSpan.Zero ? TimeSpan.Zero : limit);
        (int ExitCode, string Errors) result;
        var attempt = 0;
        do
        {
            result = RunOnce(program, arguments, read, write, timed.Token);
            cancellation.ThrowIfCancellationRequested();
            if (timed.IsCancellationRequested) throw new TimeoutException($"{Path.GetFileName(program)} took too long");
        }
        while (WasInterrupted(result.ExitCode) && ++attempt < Attempts);
        return result;
    }

    // Ctrl-C in a terminal reaches our children too. A run that means to end at its next step must not take the file for a
    // broken one: ffmpeg then exits with 255, ffprobe dies of the signal.
    private static bool WasInterrupted(int exitCode) => exitCode is 255 or 128 + 2;

    private static (int ExitCode, string Errors) RunOnce(
        string program, string arguments, Action<Stream> read, Action<Stream>? write, CancellationToken stop)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                CreateNoWindow = true,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new FFMpegMissingException(
                $"'{program}' cannot be started: {e.Message}. If it is missing, install it: {FFMpegTools.InstallCommand}", e);
        }
        using var ending = stop.Register(() => End(process));
        PipeCapacity.Raise(process.StandardOutput.BaseStream);
        if (write is not null) PipeCapacity.Raise(process.StandardInput.BaseStream);
        var errors = new Queue<string>();
        // Its own thread: a pipe left unread stalls the process, and pool threads may all be waiting for videos.
        var listener = new Thread(() => Listen(process.StandardError, errors)) { IsBackground = true };
        listener.Start();
        var writer = write is null ? null : new Thread(() => Feed(process.StandardInput.BaseStream, write)) { IsBackground = true };
        var wasRead = false;
        try
        {
            if (writer is null) process.StandardInput.Close();
            else writer.Start();
            read(process.StandardOutput.BaseStream);
            wasRead = true;
        }
        finally
        {
            if (!wasRead) End(process);
        }
        process.StandardOutput.Close();
        process.WaitForExit();
        writer?.Join();
        listener.Join();
        return (process.ExitCode, string.Join("; ", errors));
    }

    private static void Feed(Stream input, Action<Stream> write)
    {
        try
        {
            using (input) write(input);
        }
        catch (IOException)
        {
            // The program has ended without reading all; its exit code and answer tell why.
        }
    }

    private static void Listen(StreamReader source, Queue<string> lines)
    {
        while (source.ReadLine() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            lines.Enqueue(MemoryAddress().Replace(line.Trim(), "[$1]"));
            if (lines.Count > KeptLines) lines.Dequeue();
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself just now.
        }
    }

    /// <summary>One argument, quoted so that .NET's parser of command lines gives it back unchanged.</summary>
    public static string Quote(string argument) =>
        $"\"{QuoteOrEnd().Replace(argument, m => m.Groups[1].Value + m.Groups[1].Value + (m.Groups[2].Length > 0 ? "\\\"" : ""))}\"";

    [GeneratedRegex(@"\[([^\[\]]+?) @ 0x[0-9a-f]+\]")]
    private static partial Regex MemoryAddress();

    // Backslashes count double before a quote, and before the quote that closes the argument.
    [GeneratedRegex(@"(\\*)(""|\z)")]
    private static partial Regex QuoteOrEnd();
}
