using System.Diagnostics;
using InternVideoNext.Notebooks.Documents;

namespace InternVideoNext.Notebooks.Jupyter;

/// <summary>Runs notebooks in .NET Interactive, and counts text on standard error as failure: readers see it as a red box.</summary>
/// <param name="options">How.</param>
/// <param name="engine">The kernel and its client.</param>
internal sealed class JupyterRunner(NotebookRunOptions options, JupyterEngine engine)
{
    /// <summary>Runs one notebook. The executed notebook is written however it ends.</summary>
    /// <param name="file">The .ipynb file, below the repository's folder.</param>
    /// <param name="cancellation">Ends the kernel.</param>
    /// <exception cref="NotebookException">The file is no notebook, or lacks a parameter.</exception>
    public async Task<NotebookOutcome> RunAsync(string file, CancellationToken cancellation)
    {
        var notebook = Notebook.Read(file);
        NotebookParameters.Inject(notebook, options.ParametersFor(notebook));
        var target = Path.GetFullPath(Path.Combine(options.Out, Path.GetFileName(file)));
        var source = Path.ChangeExtension(target, ".before.ipynb");
        var clock = Stopwatch.StartNew();
        AsideFile.Write(source, notebook.ToJson());
        try
        {
            File.Delete(target);
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            var failure = await engine.ExecuteAsync(source, target, folder, options.Timeout, cancellation).ConfigureAwait(false);
            if (File.Exists(target))
                failure = JupyterOutcome.FailureIn(await File.ReadAllTextAsync(target, cancellation).ConfigureAwait(false)) ?? failure;
            return new NotebookOutcome(Path.GetFileName(file), notebook.Title, clock.Elapsed, failure);
        }
        finally
        {
            File.Delete(source);
        }
    }
}
