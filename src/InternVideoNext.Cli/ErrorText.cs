using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FFMpegCore.Exceptions;
using InternVideoNext.Native;

namespace InternVideoNext.Cli;

/// <summary>An error's message as a user should read it: without what only the program's source explains.</summary>
internal static partial class ErrorText
{
    private const int MostLines = 12;

    public static string Of(Exception error)
    {
        var text = Plain(error.Message);
        if (error is UnauthorizedAccessException && QuotedPath().Match(text) is { Success: true } path
            && Directory.Exists(path.Groups[1].Value)) return $"{path.Groups[1].Value}: it is a folder where a file is needed";
        if (MemoryExhaustion.Is(error)) return OutOfMemory(text);
        // libtorch adds its own call stack, ffmpeg's wrapper all that ffmpeg wrote.
        return error switch
        {
            FFMpegException when FirstLine(text) != LastLine(text) => $"{FirstLine(text)} {LastLine(text)}",
            InvalidOperationException => FirstLine(text),
            ExternalException and not Win32Exception => FirstLine(text),
            _ => Shortened(text),
        };
    }

    /// <summary>The last line of what a program wrote that says something.</summary>
    public static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";

    // The runtime names parameters and types of the program.
    private static string Plain(string message)
    {
        var text = ParameterOf().Replace(message, "");
        text = NotJson().Replace(text, "it is empty or no JSON");
        text = UnknownMember().Replace(text, "'$1' is unknown here");
        text = JsonPlace().Replace(text, match =>
            $", line {int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) + 1}");
        return text.Trim();
    }

    private static string OutOfMemory(string text)
    {
        var wanted = Memory().Match(text) is { Success: true, Groups: var groups }
            ? FormattableString.Invariant(
                $"{double.Parse(groups[1].Value, CultureInfo.InvariantCulture) / (1L << 30):0.0} GiB more were asked for")
            : FirstLine(text);
        return $"memory ran out: {wanted}; take a smaller batch or model (./ivnext train find-batch finds the largest batch that fits), or "
            + "another --device";
    }

    private static string Shortened(string text)
    {
        var lines = text.Split('\n');
        return lines.Length <= MostLines ? text
            : $"{string.Join('\n', lines[..(MostLines - 1)])}\n  and {lines.Length - MostLines + 1} more";
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)(\r?\nActual value was .*)?")]
    private static partial Regex ParameterOf();

    [GeneratedRegex("The input does not contain any JSON tokens[^.]*\\.( Expected the input to start with a valid JSON token[^.]*\\.)?")]
    private static partial Regex NotJson();

    [GeneratedRegex(@"The JSON property '([^']*)' could not be mapped to any \.NET member contained in type '[^']*'\.?")]
    private static partial Regex UnknownMember();

    [GeneratedRegex(@"\.?\s*(?:Path: \S+ \| )?LineNumber: (\d+) \| BytePositionInLine: \d+\.?")]
    private static partial Regex JsonPlace();

    [GeneratedRegex("can't allocate memory: you tried to allocate (\\d+) bytes")]
    private static partial Regex Memory();

    [GeneratedRegex("^Access to the path '(.+)' is denied")]
    private static partial Regex QuotedPath();
}
