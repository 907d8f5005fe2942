namespace InternVideoNext.Notebooks.Kernel;

/// <summary><c>x.Display()</c> in cells, as .NET Interactive and Verso have it.</summary>
public static class NotebookDisplay
{
    private static readonly AsyncLocal<Action<object>?> Sink = new();

    /// <summary>Shows a value beneath the running cell.</summary>
    /// <param name="value">Anything; a type with a public <c>string ToHtml()</c> is shown as HTML.</param>
    public static void Display(this object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        (Sink.Value ?? throw new InvalidOperationException("Display() works in a running notebook only."))(value);
    }

    internal static void ShowThrough(Action<object> sink) => Sink.Value = sink;
}
