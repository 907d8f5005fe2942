using System.Globalization;
using System.Text;

namespace InternVideoNext.Cli;

/// <summary>
/// Writes text with its control characters spelled out. Names of files and messages of other programs are text from outside: an
/// escape sequence in one could clear the screen, write over lines, or turn the direction of reading.
/// </summary>
internal sealed class PlainWriter(TextWriter output) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => output.Encoding;

    /// <summary>The text with every control character but line ends and tabs as <c>\u001b</c>.</summary>
    public static string Escape(string text)
    {
        if (!text.Any(IsControl)) return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            if (IsControl(c)) plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else plain.Append(c);
        return plain.ToString();
    }

    public override void Write(char value) => output.Write(IsControl(value) ? Escape(value.ToString()) : value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value)
    {
        if (value is not null) output.Write(Escape(value));
    }

    // One call, so that lines of several threads do not mix.
    public override void WriteLine(string? value) => Write(value + CoreNewLine[0]);

    public override void Flush() => output.Flush();

    // Controls of both sets (C0, C1), marks that turn the direction of reading, and line ends that are none to a terminal.
    private static bool IsControl(char c) => c is not ('\n' or '\t')
        && (char.IsControl(c) || c is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
}
