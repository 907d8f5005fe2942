namespace InternVideoNext.Cli.Bench;

/// <summary>Says on a terminal what is being measured.</summary>
internal sealed class BenchProgress(TextWriter error) : IProgress<string>
{
    public void Report(string value)
    {
        if (ConsoleOutput.IsLive) error.WriteLine($"bench: {value} ...");
    }
}
