using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FFMpegCore.Exceptions;
using InternVideoNext.Foundation;
using InternVideoNext.Native;

namespace InternVideoNext.Cli;

/// <summary>An error's message as a user should read it: without what only the program's source explains.</summary>
internal static partial class ErrorText
{
    public static string Of(Exception error)
    {
        var text = ParameterOf().Replace(error.Message, "").Trim();
        if (error is UnauthorizedAccessException && QuotedPath().Match(text) is { Success: true } path
            && Directory.Exists(path.Groups[1].Value)) return $"{path.Groups[1].Value}: it is a folder where a file is needed";
        // libtorch adds its own call stack, ffmpeg's wrapper all that ffmpeg wrote.
        return error switch
        {
            _ when MemoryExhaustion.Is(error) && error.GetType().Assembly != typeof(ConfigurationException).Assembly =>
                $"memory ran out: {FirstLine(text)}\nRemedies: a smaller batch or model, or another --device",
            FFMpegException when FirstLine(text) != LastLine(text) => $"{FirstLine(text)} {LastLine(text)}",
            InvalidOperationException => FirstLine(text),
            ExternalException and not Win32Exception => FirstLine(text),
            _ => text,
        };
    }

    /// <summary>The last line of what a program wrote that says something.</summary>
    public static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)(\r?\nActual value was .*)?")]
    private static partial Regex ParameterOf();

    [GeneratedRegex("^Access to the path '(.+)' is denied")]
    private static partial Regex QuotedPath();
}
