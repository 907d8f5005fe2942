using System.Runtime.InteropServices;
using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>
/// Computes the quantities of reference files with this package's own modules, losses and optimiser, and compares them
/// number by number. Every dimension comes from the files: their header's <c>info</c> and the tensors' shapes.
/// </summary>
public static class ParitySuite
{
    private const string WholeFile = "(file)";

    /// <summary>Checks every <c>*.safetensors</c> file of a folder, on the CPU in float32.</summary>
    /// <param name="folder">The folder; its subfolders are not looked into.</param>
    /// <returns>One row per quantity. A file that cannot be read or is of no known kind gives a failing row with the reason.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder has no such file.</exception>
    public static ParityReport Run(string folder) => Run(folder, CPU, progress: null);

    /// <summary>Checks every <c>*.safetensors</c> file of a folder, saying which one is under way.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where everything is computed, in float32.</param>
    /// <param name="progress">Told each file's name before it is checked; null for nobody.</param>
    /// <returns>One row per quantity.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder has no such file.</exception>
    public static ParityReport Run(string folder, Device device, IProgress<string>? progress)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException(
            $"{folder}: there is no such folder; give the one that holds the reference files");
        var files = Directory.GetFiles(folder, "*.safetensors").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new FileNotFoundException($"{folder}: no *.safetensors file in this folder");
        var rows = new List<ParityRow>();
        foreach (var file in files)
        {
            progress?.Report(Path.GetFileName(file));
            rows.AddRange(RunFile(file, device));
        }
        return new ParityReport(rows);
    }

    /// <summary>Checks one reference file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where everything is computed; null: on the CPU.</param>
    /// <returns>One row per quantity; a failing row with the reason where the file cannot be checked.</returns>
    public static IReadOnlyList<ParityRow> RunFile(string path, Device? device = null)
    {
        using var scope = NewDisposeScope();
        try
        {
            using var reference = ReferenceData.Open(path, device ?? CPU);
            return Check(reference);
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            return [new ParityRow(Path.GetFileName(path), WholeFile, double.NaN, double.NaN, ParityTolerance.Exact, Passed: false)
                { Note = FirstLines(e) }];
        }
    }

    private static IReadOnlyList<ParityRow> Check(ReferenceData reference)
    {
        var recorder = new ParityRecorder(reference);
        try
        {
            ParityKind.Of(reference).Check(reference, recorder);
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            recorder.Fail(WholeFile, FirstLines(e));
            return recorder.Finish("not compared: the check of this file broke off");
        }
        return recorder.Finish("in the file, but no check knows this quantity");
    }

    // What damaged or unfit files lead to: the format, missing names, sizes that fit no module, errors of libtorch.
    private static bool IsOfTheFile(Exception error) => error
        is IOException or UnauthorizedAccessException or JsonException or InvalidDataException or FormatException or OverflowException
        or CheckpointMismatchException or ConfigurationException or ArgumentException or InvalidOperationException or ExternalException;

    private static string FirstLines(Exception error) =>
        string.Join("; ", error.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(4));
}
