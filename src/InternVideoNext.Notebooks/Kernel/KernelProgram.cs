using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace InternVideoNext.Notebooks.Kernel;

/// <summary>The kernel process: runs the cells of one notebook until one fails.</summary>
internal static class KernelProgram
{
    /// <param name="arguments">The request's file.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var file] || !File.Exists(file))
        {
            await Console.Error.WriteLineAsync("This is the kernel behind 'ivnext notebook run'; it takes a request file.")
                .ConfigureAwait(false);
            return 2;
        }
        var request = JsonSerializer.Deserialize<KernelRequest>(await File.ReadAllTextAsync(file).ConfigureAwait(false))!;
        var channel = new KernelChannel(Console.Out);
        using var session = new NotebookSession(new PackageAssemblies(request).Load());
        foreach (var cell in request.Cells)
            if (!await RunAsync(session, channel, cell).ConfigureAwait(false)) return 1;
        return 0;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a cell throws is its result.")]
    private static async Task<bool> RunAsync(NotebookSession session, KernelChannel channel, KernelCell cell)
    {
        using var output = new ConsoleCapture(
            text => channel.Send(new(KernelEventKind.Stream, cell.Index) { Name = "stdout", Text = text }));
        using var error = new ConsoleCapture(
            text => channel.Send(new(KernelEventKind.Stream, cell.Index) { Name = "stderr", Text = text }));
        Console.SetOut(output);
        Console.SetError(error);
        NotebookDisplay.ShowThrough(value => Show(KernelEventKind.Display, value));
        channel.Send(new(KernelEventKind.Start, cell.Index));
        try
        {
            if (await session.RunAsync(cell).ConfigureAwait(false) is { } value) Show(KernelEventKind.Result, value);
            Flush();
            channel.Send(new(KernelEventKind.End, cell.Index));
            return true;
        }
        catch (Exception e)
        {
            Flush();
            channel.Send(NotebookSession.Describe(e, cell.Index));
            return false;
        }

        void Show(KernelEventKind kind, object value)
        {
            Flush();
            var shown = ShownValue.Of(value);
            channel.Send(new(kind, cell.Index) { Data = shown.Data, Html = shown.Html, Caption = shown.Caption });
        }

        void Flush()
        {
            output.Flush();
            error.Flush();
        }
    }
}
