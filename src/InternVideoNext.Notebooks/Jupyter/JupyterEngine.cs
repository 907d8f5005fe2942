using System.Diagnostics;
using System.Text.Json.Nodes;

namespace InternVideoNext.Notebooks.Jupyter;

/// <summary>
/// .NET Interactive behind Jupyter's protocol, as an editor has it: the kernel is the local tool that .config/dotnet-tools.json names,
/// the client is nbclient.
/// </summary>
internal sealed class JupyterEngine
{
    private const string KernelName = ".net-csharp";

    private readonly string _python, _home;

    private JupyterEngine(string python, string home) => (_python, _home) = (python, home);

    /// <summary>The first Python here that has nbclient, or null.</summary>
    public static async Task<string?> FindPythonAsync(CancellationToken cancellation)
    {
        // A Python of the user's may stand before the system's, which has the distribution's packages.
        foreach (var python in (string[])["python3", "/usr/bin/python3"])
        {
            var import = new ProcessStartInfo(python, ["-c", "import nbclient, jupyter_client"]);
            if (await SucceedsAsync(import, cancellation).ConfigureAwait(false)) return python;
        }
        return null;
    }

    /// <summary>Makes the engine ready: restores the tool, and writes the kernel's description into a folder of our own.</summary>
    /// <param name="root">The repository's folder.</param>
    /// <param name="home">Where the description and the script go.</param>
    /// <param name="cancellation">Ends the restore.</param>
    /// <exception cref="NotebookEnvironmentException">nbclient or the tool is missing; the message says how to get it.</exception>
    public static async Task<JupyterEngine> OpenAsync(string root, string home, CancellationToken cancellation)
    {
        var python = await FindPythonAsync(cancellation).ConfigureAwait(false) ?? throw new NotebookEnvironmentException(
            "no Python here has nbclient, which drives Jupyter's kernels. Debian/Ubuntu: sudo apt-get install -y python3-nbclient");
        var restore = DotNet.Command("tool", "restore");
        restore.WorkingDirectory = root;
        var (code, output) = await DotNet.RunAsync(restore, cancellation).ConfigureAwait(false);
        if (code != 0) throw new NotebookEnvironmentException($"'dotnet tool restore' failed:\n{output.Trim()}");
        var kernel = new JsonObject
        {
            ["argv"] = new JsonArray(
                "dotnet", "tool", "run", "dotnet-interactive", "--", "jupyter", "--default-kernel", "csharp", "{connection_file}"),
            ["display_name"] = ".NET (C#)",
            ["language"] = "C#",
        };
        AsideFile.Write(Path.Combine(home, "kernels", KernelName, "kernel.json"), kernel.ToJsonString());
        using var script = new StreamReader(typeof(JupyterEngine).Assembly.GetManifestResourceStream("execute.py")!);
        AsideFile.Write(Path.Combine(home, "execute.py"), await script.ReadToEndAsync(cancellation).ConfigureAwait(false));
        return new JupyterEngine(python, home);
    }

    /// <summary>Executes a notebook's file.</summary>
    /// <param name="source">The notebook.</param>
    /// <param name="target">Where the executed one goes.</param>
    /// <param name="folder">The kernel's working folder, below the repository's.</param>
    /// <param name="timeout">The longest that a cell may take; null for no limit.</param>
    /// <param name="cancellation">Ends client and kernel.</param>
    /// <returns>What went wrong outside the cells; null if nothing did.</returns>
    public async Task<string?> ExecuteAsync(
        string source, string target, string folder, TimeSpan? timeout, CancellationToken cancellation)
    {
        var seconds = (int)Math.Ceiling(timeout?.TotalSeconds ?? 0);
        var start = new ProcessStartInfo(_python, [Path.Combine(_home, "execute.py"), source, target, folder, $"{seconds}"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["JUPYTER_PATH"] = _home;
        start.Environment["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment.Remove("LibraryFrameworks");
        if (!start.Environment.ContainsKey("OMP_WAIT_POLICY")) start.Environment.TryAdd("GOMP_SPINCOUNT", "5000");
        using var process = Process.Start(start)!;
        try
        {
            var output = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(cancellation),
                process.StandardError.ReadToEndAsync(cancellation)).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return process.ExitCode == 0 ? null : string.Concat(output).Trim().Split('\n')[^1];
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<bool> SucceedsAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
