using Spectre.Console;
using Spectre.Console.Rendering;

namespace InternVideoNext.Cli;

/// <summary>
/// What this program writes to its terminal, all of it: text loses its control characters, tables and live lines keep those of their
/// own, and no output that cannot be written ends a command.
/// </summary>
internal static class ConsoleOutput
{
    private const string ToStartAndClear = "\r\u001b[K";

    // Standard output and error are one each to a process.
    private static readonly StandardStream Output = new(Console.OpenStandardOutput), Error = new(Console.OpenStandardError);
    private static readonly TextWriter RawOutput = WriterOf(Output);

    /// <summary>Whether lines may be written over: the output is a terminal.</summary>
    public static bool IsLive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;

    /// <summary>Why standard output could not be written; null where all was.</summary>
    public static string? Failure => Output.Failure;

    /// <summary>Has everything that is written to the console from now on pass through here.</summary>
    public static void TakeOver()
    {
        Console.SetOut(new PlainWriter(RawOutput));
        Console.SetError(new PlainWriter(WriterOf(Error)));
        AnsiConsole.Console = For(Console.Out);
    }

    /// <summary>Writes to the terminal, or plainly and without cutting lines where output is redirected.</summary>
    public static void Write(IRenderable content) => For(Console.Out).Write(content);

    /// <summary>A console that writes to one place; its lines are cut for a terminal only.</summary>
    /// <param name="output">The place: standard output, or any other.</param>
    /// <param name="plainWidth">The width of lines elsewhere than on a terminal.</param>
    public static IAnsiConsole For(TextWriter output, int plainWidth = 200)
    {
        var isStandard = output == Console.Out;
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = isStandard ? new StandardOutput(RawOutput) : new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected || !isStandard) console.Profile.Width = plainWidth;
        console.Pipeline.Attach(new PlainHook());
        return console;
    }

    /// <summary>Without control characters, for what is shown live: that goes past the console that escapes.</summary>
    public static IRenderable Plain(IRenderable content) => new PlainRenderable(content);

    /// <summary>Writes over the current line.</summary>
    public static void WriteOver(string line) => RawOutput.Write(ToStartAndClear + PlainWriter.Escape(line));

    /// <summary>Clears the current line.</summary>
    public static void ClearLine() => RawOutput.Write(ToStartAndClear);

    private static StreamWriter WriterOf(Stream stream) => new(stream, leaveOpen: true) { AutoFlush = true };

    private sealed class PlainHook : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(Plain);
    }

    private sealed class PlainRenderable(IRenderable content) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => content.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => content.Render(options, maxWidth).Select(
            segment => segment.IsControlCode || segment.IsLineBreak ? segment
                : new Segment(PlainWriter.Escape(segment.Text), segment.Style));
    }
}
