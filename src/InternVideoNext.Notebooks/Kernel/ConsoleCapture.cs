using System.Text;

namespace InternVideoNext.Notebooks.Kernel;

/// <summary>A console writer that passes whole lines on, and the rest when asked.</summary>
/// <param name="send">Takes the text.</param>
internal sealed class ConsoleCapture(Action<string> send) : TextWriter
{
    private readonly StringBuilder _pending = new();
    private readonly Lock _lock = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        lock (_lock)
        {
            _pending.Append(value);
            if (value.Contains('\n', StringComparison.Ordinal)) Flush();
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");

    public override void Flush()
    {
        lock (_lock)
        {
            if (_pending.Length == 0) return;
            var text = _pending.ToString();
            _pending.Clear();
            send(text);
        }
    }
}
