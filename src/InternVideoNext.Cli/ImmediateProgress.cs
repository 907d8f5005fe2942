namespace InternVideoNext.Cli;

/// <summary>Calls back at once and in order; <see cref="Progress{T}"/> would report later, on other threads.</summary>
internal sealed class ImmediateProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
