using System.Diagnostics;
using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;

namespace InternVideoNext.Notebooks.Kernel;

/// <summary>
/// The state that cells share. It has no usings of its own but that of <c>Display()</c>: a notebook that runs here names
/// what it uses, and so runs in engines with other defaults.
/// </summary>
internal sealed class NotebookSession : IDisposable
{
    private readonly InteractiveAssemblyLoader _loader = new();
    private readonly ScriptOptions _options;
    private ScriptState<object>? _state;

    public NotebookSession(IReadOnlyList<Assembly> packages)
    {
        foreach (var assembly in packages) _loader.RegisterDependency(assembly);
        // A package's assembly stands for the runtime's of the same name, if it was the one loaded.
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location));
        var paths = packages.Select(assembly => assembly.Location).Append(typeof(NotebookDisplay).Assembly.Location).Concat(platform)
            .DistinctBy(path => Path.GetFileName(path), StringComparer.OrdinalIgnoreCase);
        _options = ScriptOptions.Default
            .WithReferences(paths.Select(path => MetadataReference.CreateFromFile(path)))
            .WithImports(typeof(NotebookDisplay).Namespace!)
            .WithLanguageVersion(Microsoft.CodeAnalysis.CSharp.LanguageVersion.Latest)
            .WithOptimizationLevel(OptimizationLevel.Release)
            .WithFileEncoding(Encoding.UTF8)
            .WithEmitDebugInformation(true);
    }

    /// <summary>Runs a cell.</summary>
    /// <returns>The value of its last expression, or null.</returns>
    public async Task<object?> RunAsync(KernelCell cell)
    {
        var options = _options.WithFilePath(FileOf(cell.Index));
        var script = _state is null
            ? CSharpScript.Create<object>(cell.Source, options, globalsType: null, _loader)
            : _state.Script.ContinueWith<object>(cell.Source, options);
        _state = _state is null
            ? await script.RunAsync().ConfigureAwait(false)
            : await script.RunFromAsync(_state).ConfigureAwait(false);
        return _state.ReturnValue;
    }

    /// <summary>What went wrong, with the line within the cell.</summary>
    public static KernelEvent Describe(Exception error, int cell)
    {
        var failed = new KernelEvent(KernelEventKind.Error, cell) { Name = error.GetType().Name, Text = error.Message };
        if (error is CompilationErrorException compilation)
        {
            var first = compilation.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            return failed with
            {
                Text = $"{first.Id}: {first.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}",
                Line = first.Location.GetLineSpan().StartLinePosition.Line + 1,
                Details = [.. compilation.Diagnostics.Select(diagnostic => diagnostic.ToString())],
            };
        }
        return failed with { Line = LineOf(error, cell), Details = error.ToString().Split('\n') };
    }

    public void Dispose() => _loader.Dispose();

    private static string FileOf(int cell) => $"cell-{cell + 1}";

    // The innermost place in this cell: of the cause, if that was thrown here too.
    private static int LineOf(Exception error, int cell)
    {
        for (Exception? at = error; at is not null; at = at.InnerException)
        {
            var frame = new StackTrace(at, fNeedFileInfo: true).GetFrames().FirstOrDefault(frame => frame.GetFileName() == FileOf(cell));
            if (frame is not null) return frame.GetFileLineNumber();
        }
        return 0;
    }
}
