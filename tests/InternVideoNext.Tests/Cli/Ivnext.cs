using System.Diagnostics;
using System.Globalization;
using System.Text;
using InternVideoNext.Cli;

namespace InternVideoNext.Tests.Cli;

/// <summary>The command line: in this process, or as a process of its own that can be signalled and killed.</summary>
internal sealed class Ivnext : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private readonly Process _process;
    private readonly StringBuilder _output = new(), _error = new();

    private Ivnext(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? variables = null, IEnumerable<string>? launcher = null)
    {
        string[] words = [.. launcher ?? [], "dotnet", Path.Combine(AppContext.BaseDirectory, "ivnext.dll"), .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The models are tiny: more threads would only wait for one another, the more so beside other tests.
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.AppendLine(line.Data);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_error) _error.AppendLine(line.Data);
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs within this process; only what is written to the given writers is seen.</summary>
    public static async Task<(int Code, string Output, string Error)> CallAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    public int Id => _process.Id;

    /// <summary>What was said on standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    public static Ivnext Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? variables = null) =>
        new(arguments, variables);

    /// <summary>Starts so many processes by Open MPI.</summary>
    public static Ivnext Mpirun(int size, IEnumerable<string> arguments) => new(arguments, variables: null,
        ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-np", size.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Starts a process by a line of the shell, in which <c>"$@"</c> is the whole command: for redirections.</summary>
    public static Ivnext StartByShell(string line, IEnumerable<string> arguments) =>
        new(arguments, variables: null, ["sh", "-c", line, "sh"]);

    /// <summary>Runs a process to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(params IEnumerable<string> arguments)
    {
        using var process = new Ivnext(arguments);
        return await process.EndAsync();
    }

    /// <summary>Runs a process with some environment variables to its end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunWithAsync(
        IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        using var process = new Ivnext(arguments, environment);
        return await process.EndAsync();
    }

    /// <summary>Waits until <paramref name="condition"/> holds; false if the process ended first.</summary>
    public bool WaitUntil(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (_process.HasExited) return false;
            if (clock.Elapsed > Patience) throw new TimeoutException($"nothing came of it:\n{_output}\n{_error}");
            Thread.Sleep(1);
        }
        return true;
    }

    /// <summary>SIGKILL: no handler runs.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGINT, as by Ctrl-C.</summary>
    public void Interrupt() => Signal("INT");

    /// <summary>Any signal, by its name without SIG.</summary>
    public void Signal(string name) => Signal(name, _process.Id);

    /// <summary>Sends any process a signal.</summary>
    public static void Signal(string name, int id)
    {
        using var kill = Process.Start("kill", [$"-{name}", id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, _output.ToString(), Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
