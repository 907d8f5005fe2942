using Spectre.Console;
using Spectre.Console.Rendering;

namespace InternVideoNext.Cli;

/// <summary>Writes to the terminal, or plainly and without cutting lines where output is redirected.</summary>
internal static class ConsoleOutput
{
    public static bool IsLive => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;

    public static void Write(IRenderable content)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 200;
        AnsiConsole.Write(content);
    }

    /// <summary>Writes to a command's own output.</summary>
    public static void Write(IRenderable content, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected || output != Console.Out) console.Profile.Width = 200;
        console.Write(content);
    }
}
