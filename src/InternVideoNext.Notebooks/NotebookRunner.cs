using System.Diagnostics;
using InternVideoNext.Notebooks.Documents;
using InternVideoNext.Notebooks.Html;
using InternVideoNext.Notebooks.Packages;

namespace InternVideoNext.Notebooks;

/// <summary>Runs notebooks, each in a kernel process of its own, and writes what they put out.</summary>
/// <param name="options">How.</param>
/// <param name="resolver">Finds their packages.</param>
internal sealed class NotebookRunner(NotebookRunOptions options, PackageResolver resolver)
{
    private readonly PageWriter _pages = new();

    /// <summary>The notebooks of a folder, by name, or the one file.</summary>
    /// <exception cref="NotebookException">There is none.</exception>
    public static IReadOnlyList<string> Find(string path)
    {
        if (File.Exists(path)) return [path];
        if (!Directory.Exists(path)) throw new NotebookException($"{path}: there is no such file or folder.");
        var files = Directory.EnumerateFiles(path, "*.ipynb").Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files : throw new NotebookException($"{path} holds no .ipynb file.");
    }

    /// <summary>Runs one notebook. The executed notebook and its page are written however it ends.</summary>
    /// <param name="file">The .ipynb file.</param>
    /// <param name="cancellation">Ends the kernel; what was put out so far is written.</param>
    /// <exception cref="NotebookException">The file is no notebook, or lacks a parameter.</exception>
    public async Task<NotebookOutcome> RunAsync(string file, CancellationToken cancellation)
    {
        var notebook = Notebook.Read(file);
        NotebookParameters.Inject(notebook, options.ParametersFor(notebook));
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var clock = Stopwatch.StartNew();
        var run = new KernelRun(notebook, folder, options.Timeout);
        try
        {
            var directives = PackageDirective.In(notebook)
                .Select(directive =>
                    options.Versions.TryGetValue(directive.Id, out var version) ? directive with { Version = version } : directive);
            var packages = await resolver.ResolveAsync([.. directives], folder, cancellation).ConfigureAwait(false);
            clock.Restart();
            await run.RunAsync(packages, cancellation).ConfigureAwait(false);
        }
        catch (NotebookException e)
        {
            return Outcome(e.Message);
        }
        finally
        {
            AsideFile.Write(Path.Combine(options.Out, Path.GetFileName(file)), notebook.ToJson());
            if (options.Html is { } html) _pages.Write(notebook, Path.Combine(html, Path.ChangeExtension(Path.GetFileName(file), ".html")));
        }
        return Outcome(run.Failure);

        NotebookOutcome Outcome(string? failure) =>
            new(Path.GetFileName(file), notebook.Title, clock.Elapsed, failure);
    }

    /// <summary>Writes the page that leads to the others, if pages are wanted.</summary>
    public void WriteIndex(IReadOnlyList<NotebookOutcome> outcomes)
    {
        if (options.Html is { } html) PageWriter.WriteIndex(outcomes, Path.Combine(html, "index.html"));
    }
}

/// <summary>How a notebook's run ended.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Title">Its first heading.</param>
/// <param name="Elapsed">How long the cells took, with the kernel's start.</param>
/// <param name="Failure">What went wrong and where; null if nothing did.</param>
internal sealed record NotebookOutcome(string Name, string Title, TimeSpan Elapsed, string? Failure);

/// <summary>How notebooks are run.</summary>
internal sealed record NotebookRunOptions
{
    /// <summary>Where the executed notebooks go, under their own names.</summary>
    public required string Out { get; init; }

    /// <summary>Where the pages go; null for none.</summary>
    public string? Html { get; init; }

    /// <summary>Values that every notebook must declare.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The parameter <c>size</c>, for the notebooks that declare it; null leaves their own.</summary>
    public string? Size { get; init; }

    /// <summary>The longest that one notebook may take; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Versions to take instead of the ones that the notebooks name, by package.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>The values for one notebook.</summary>
    public IReadOnlyDictionary<string, string> ParametersFor(Notebook notebook)
    {
        var values = new Dictionary<string, string>(Parameters);
        if (Size is { } size && NotebookParameters.Declares(notebook, "size")) values.TryAdd("size", size);
        return values;
    }
}

/// <summary>A notebook cannot be read or run; the message names the file, the place and the remedy.</summary>
/// <param name="message">The whole message.</param>
public sealed class NotebookException(string message) : Exception(message);
