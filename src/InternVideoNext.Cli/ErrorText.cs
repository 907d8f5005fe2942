using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FFMpegCore.Exceptions;

namespace InternVideoNext.Cli;

/// <summary>An error's message as a user should read it: without what only the program's source explains.</summary>
internal static partial class ErrorText
{
    private const string MoreMemory = "Less memory is taken by a smaller training.batch_size (./ivnext train find-batch finds the largest "
        + "that fits), by training.recompute.encoder, or by a smaller --preset.";

    public static string Of(Exception error)
    {
        var text = ParameterOf().Replace(error.Message, "").Trim();
        if (error is UnauthorizedAccessException && QuotedPath().Match(text) is { Success: true } path
            && Directory.Exists(path.Groups[1].Value)) return $"{path.Groups[1].Value}: it is a folder where a file is needed";
        // libtorch adds its own call stack, ffmpeg's wrapper all that ffmpeg wrote.
        return error switch
        {
            FFMpegException when FirstLine(text) != LastLine(text) => $"{FirstLine(text)} {LastLine(text)}",
            InvalidOperationException => FirstLine(text),
            ExternalException and not Win32Exception when MemoryIsShort().IsMatch(text) => $"{FirstLine(text)} {MoreMemory}",
            ExternalException and not Win32Exception => FirstLine(text),
            OutOfMemoryException => $"{text} {MoreMemory}",
            _ => text,
        };
    }

    /// <summary>The last line of what a program wrote that says something.</summary>
    public static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    // Of libtorch's allocators on the CPU and on CUDA.
    [GeneratedRegex("can't allocate memory|not enough memory|out of memory", RegexOptions.IgnoreCase)]
    private static partial Regex MemoryIsShort();

    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)(\r?\nActual value was .*)?")]
    private static partial Regex ParameterOf();

    [GeneratedRegex("^Access to the path '(.+)' is denied")]
    private static partial Regex QuotedPath();
}
