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
}
