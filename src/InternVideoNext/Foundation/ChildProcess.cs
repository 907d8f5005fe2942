using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace InternVideoNext.Foundation;

/// <summary>
/// A program that this one has started. It gets a list of arguments, so nothing is ever quoted; each of its streams has a thread of
/// its own, so that no full pipe stalls it (pool threads may all be waiting for programs); ending it ends all that it started.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<Task> _streams = [];
    private Task<int>? _exited;

    private ChildProcess(ChildCommand command, bool readsOutput)
    {
        _process = new Process { StartInfo = command.StartInfo() };
        _process.Start();
        if (command.Error is { } error) Serve(() => error(_process.StandardError.BaseStream));
        if (command.Input is { } input) Serve(() => Feed(input));
        else if (!command.HoldsInput) _process.StandardInput.Close();
        if (readsOutput && command.Output is { } output) Serve(() => output(_process.StandardOutput.BaseStream));
    }

    /// <summary>Its exit code, once it has ended and its streams are read.</summary>
    public Task<int> Exited => _exited ??= ExitAsync();

    /// <summary>Memory that it takes; 0 once it has ended.</summary>
    public long ResidentBytes
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static ChildProcess Start(ChildCommand command) => new(command, readsOutput: true);

    /// <summary>Runs a program to its end; its output is read on the calling thread, and may be left unread.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">It was ended, with everything it had started.</exception>
    public static int Run(ChildCommand command, CancellationToken cancellation)
    {
        using var child = new ChildProcess(command, readsOutput: false);
        using (cancellation.Register(child.Kill))
        {
            var isRead = false;
            try
            {
                if (command.Output is { } output)
                {
                    output(child._process.StandardOutput.BaseStream);
                    child._process.StandardOutput.Close();
                }
                isRead = true;
            }
            finally
            {
                if (!isRead) child.Kill();
            }
            child._process.WaitForExit();
            Task.WhenAll(child._streams).GetAwaiter().GetResult();
        }
        cancellation.ThrowIfCancellationRequested();
        return child._process.ExitCode;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <inheritdoc cref="Run" path="/returns"/>
    /// <inheritdoc cref="Run" path="/exception"/>
    public static async Task<int> RunAsync(ChildCommand command, CancellationToken cancellation)
    {
        using var child = Start(command);
        using (cancellation.Register(child.Kill)) await child.Exited.ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return await child.Exited.ConfigureAwait(false);
    }

    /// <summary>Runs a program to its end and collects what it writes.</summary>
    /// <inheritdoc cref="Run" path="/exception"/>
    public static async Task<ChildAnswer> AskAsync(ChildCommand command, CancellationToken cancellation)
    {
        var (output, error) = ("", "");
        var collecting = command with { Output = stream => output = Text(stream), Error = stream => error = Text(stream) };
        return new ChildAnswer(await RunAsync(collecting, cancellation).ConfigureAwait(false), output, error);
    }

    /// <summary>Reads a stream line by line.</summary>
    public static Action<Stream> EachLine(Action<string> line) => stream =>
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } text) line(text);
    };

    /// <summary>Tells it that nothing more will come on its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Ends it and everything it has started; no error if it has ended already.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself just now.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    private static string Text(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        return reader.ReadToEnd();
    }

    private void Serve(Action work) =>
        _streams.Add(Task.Factory.StartNew(
            () =>
            {
                var isDone = false;
                try
                {
                    work();
                    isDone = true;
                }
                finally
                {
                    if (!isDone) Kill();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    private void Feed(Action<Stream> write)
    {
        try
        {
            using var input = _process.StandardInput.BaseStream;
            write(input);
        }
        catch (IOException)
        {
            // The program has ended without reading all; its exit code and answer tell why.
        }
    }

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await Task.WhenAll(_streams).ConfigureAwait(false);
        return _process.ExitCode;
    }
}

/// <summary>A program to start, and what becomes of its streams.</summary>
/// <param name="Program">Its path, or its name on PATH.</param>
/// <param name="Arguments">Its arguments, each as it shall arrive.</param>
internal sealed record ChildCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables set for it; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where it runs; null: here.</summary>
    public string? Folder { get; init; }

    /// <summary>Writes its standard input, which then ends; it may be cut short by the program's end. Null writes nothing.</summary>
    public Action<Stream>? Input { get; init; }

    /// <summary>Whether its standard input stays open, without <see cref="Input"/>, until <see cref="ChildProcess.CloseInput"/>.</summary>
    public bool HoldsInput { get; init; }

    /// <summary>Reads its standard output; null: it writes where this program writes.</summary>
    public Action<Stream>? Output { get; init; }

    /// <summary>Reads its standard error; null: it writes where this program writes.</summary>
    public Action<Stream>? Error { get; init; }

    /// <summary>This program itself with other words.</summary>
    /// <param name="program">Its assembly, for where <c>dotnet</c> runs it.</param>
    /// <param name="words">Its arguments.</param>
    public static ChildCommand Itself(Assembly program, IEnumerable<string> words)
    {
        var host = System.Environment.ProcessPath!;
        string[] itself = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [program.Location] : [];
        return new ChildCommand(host, [.. itself, .. words]);
    }

    internal ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(Program, Arguments)
        {
            WorkingDirectory = Folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = Output is not null,
            RedirectStandardError = Error is not null,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var (name, value) in Environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }
        return start;
    }
}

/// <summary>What a program answered.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it wrote on standard output.</param>
/// <param name="Error">What it wrote on standard error.</param>
internal sealed record ChildAnswer(int Code, string Output, string Error);
