using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using InternVideoNext.Notebooks.Documents;
using InternVideoNext.Notebooks.Kernel;
using InternVideoNext.Notebooks.Packages;

namespace InternVideoNext.Notebooks;

/// <summary>One notebook in one kernel process: hands over the cells and collects what they put out.</summary>
/// <param name="notebook">Its code cells get counts and outputs.</param>
/// <param name="folder">The working folder: the notebook's.</param>
/// <param name="timeout">The longest it may take; null for no limit.</param>
internal sealed class KernelRun(Notebook notebook, string folder, TimeSpan? timeout)
{
    private readonly List<string> _native = [];
    private readonly Lock _lock = new();
    private int _count;
    private int _current = -1;
    private bool _running;

    private string? _failure, _standardError;

    /// <summary>What went wrong and where; null if nothing did. Other engines show text on standard error as one does an error.</summary>
    public string? Failure => _failure ?? _standardError;

    public async Task RunAsync(ResolvedPackages packages, CancellationToken cancellation)
    {
        var cells = notebook.Cells.Select((cell, index) => (Cell: cell, Index: index)).Where(at => at.Cell.Kind == CellKind.Code)
            .Select(at => new KernelCell(at.Index, PackageDirective.Blank(at.Cell.Source)));
        // What it holds is run: no place that others could write to.
        var place = Directory.CreateTempSubdirectory("ivnext-kernel-");
        try
        {
            var request = Path.Combine(place.FullName, "request.json");
            await File.WriteAllTextAsync(
                request, JsonSerializer.Serialize(new KernelRequest([.. cells], packages.Assemblies, packages.NativeLibraries)),
                cancellation).ConfigureAwait(false);
            await RunProcessAsync(request, cancellation).ConfigureAwait(false);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    private async Task RunProcessAsync(string request, CancellationToken cancellation)
    {
        var start = DotNet.Command("exec", typeof(KernelRun).Assembly.Location, request);
        start.WorkingDirectory = folder;
        // As ./ivnext does: threads that wait spin for some tens of microseconds, then sleep.
        if (!start.Environment.ContainsKey("OMP_WAIT_POLICY")) start.Environment.TryAdd("GOMP_SPINCOUNT", "5000");
        using var process = DotNet.Start(start);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (timeout is { } time) limit.CancelAfter(time);
        try
        {
            await Task.WhenAll(ReadEventsAsync(process, limit.Token), ReadErrorsAsync(process, limit.Token)).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            if (_running || (process.ExitCode != 0 && _failure is null)) FailAtCurrent("KernelDied", Died(process.ExitCode));
        }
        catch (OperationCanceledException)
        {
            FailAtCurrent(cancellation.IsCancellationRequested ? "Interrupted" : "Timeout", cancellation.IsCancellationRequested
                ? "the run was interrupted"
                : string.Create(
                    CultureInfo.InvariantCulture, $"the notebook took longer than {timeout!.Value.TotalSeconds:0.#} s (--timeout)"));
            cancellation.ThrowIfCancellationRequested();
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private string Died(int code)
    {
        var signal = code > 128 ? $" (signal {code - 128})" : "";
        return $"the kernel process ended with code {code}{signal}; it wrote:\n{string.Join('\n', _native.Take(8))}".TrimEnd();
    }

    private async Task ReadEventsAsync(Process process, CancellationToken cancellation)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
        {
            lock (_lock)
            {
                if (KernelChannel.Read(line) is { } happened) Take(happened);
                else AddStream("stdout", line + "\n");
            }
        }
    }

    // What native code writes there; the cells' own standard error comes as events.
    private async Task ReadErrorsAsync(Process process, CancellationToken cancellation)
    {
        while (await process.StandardError.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            lock (_lock) _native.Add(line);
    }

    private void Take(KernelEvent happened)
    {
        var cell = notebook.Cells[_current = happened.Cell];
        switch (happened.Kind)
        {
            case KernelEventKind.Start:
                (cell.ExecutionCount, _running) = (++_count, true);
                break;
            case KernelEventKind.Stream:
                AddStream(happened.Name, happened.Text);
                if (happened.Name == "stderr") _standardError ??=
                    $"cell {happened.Cell + 1}: it writes to standard error: {happened.Text.Trim()}";
                break;
            case KernelEventKind.Display or KernelEventKind.Result:
                cell.Outputs.Add(
                    new DataOutput(happened.Data!, happened.Html, happened.Kind == KernelEventKind.Result ? cell.ExecutionCount : null));
                if (!string.IsNullOrEmpty(happened.Caption)) cell.Outputs.Add(new CaptionOutput(happened.Caption));
                break;
            case KernelEventKind.Error:
                Fail(happened);
                _running = false;
                break;
            default:
                _running = false;
                break;
        }
    }

    private void Fail(KernelEvent error)
    {
        var cell = notebook.Cells[error.Cell];
        cell.Outputs.Add(new ErrorOutput(error.Name, error.Text, error.Details));
        var line = error.Line > 0 && error.Line <= cell.Source.Split('\n').Length ? cell.Source.Split('\n')[error.Line - 1].Trim() : "";
        var place = error.Line > 0 ? $"cell {error.Cell + 1}, line {error.Line}" : $"cell {error.Cell + 1}";
        _failure = $"{place}: {error.Name}: {error.Text}" + (line.Length > 0 ? $"\n    {line}" : "");
    }

    private void FailAtCurrent(string name, string message)
    {
        lock (_lock)
        {
            if (_current >= 0) notebook.Cells[_current].Outputs.Add(new ErrorOutput(name, message, message.Split('\n')));
            _failure ??= _current >= 0 ? $"cell {_current + 1}: {message}" : message;
        }
    }

    private void AddStream(string name, string text)
    {
        if (_current < 0) return;
        var outputs = notebook.Cells[_current].Outputs;
        if (outputs is [.., StreamOutput last] && last.Name == name) outputs[^1] = last with { Text = last.Text + text };
        else outputs.Add(new StreamOutput(name, text));
    }
}
