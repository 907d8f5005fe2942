using System.Text;
using Spectre.Console;

namespace InternVideoNext.Cli;

/// <summary>Standard output as the console library sees it, whichever writer stands for it.</summary>
internal sealed class StandardOutput(TextWriter writer) : IAnsiConsoleOutput
{
    private readonly AnsiConsoleOutput _sizes = new(writer);

    public TextWriter Writer => writer;

    public bool IsTerminal => !Console.IsOutputRedirected;

    public int Width => _sizes.Width;

    public int Height => _sizes.Height;

    public void SetEncoding(Encoding encoding)
    {
        // UTF-8, as .NET's console has it on every system that is served.
    }
}
