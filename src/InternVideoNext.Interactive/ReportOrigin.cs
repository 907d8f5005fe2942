namespace InternVideoNext.Interactive;

/// <summary>Where a report's numbers come from, exactly: shown at its end.</summary>
/// <param name="Command">The command line that made them.</param>
/// <param name="Configuration">The full configuration, as JSON.</param>
/// <param name="Seed">The run's seed.</param>
public sealed record ReportOrigin(string Command, string Configuration, ulong Seed)
{
    /// <summary>Anything else that matters: versions, the processor, the time taken.</summary>
    public IReadOnlyList<(string Name, object? Value)> Details { get; init; } = [];
}
