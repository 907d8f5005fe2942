using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.GpuCheck;

/// <summary>How one part of the check went: a line of <c>results.jsonl</c>.</summary>
/// <param name="Part">Its name.</param>
/// <param name="Shows">What it shows where it passes.</param>
/// <param name="State">How it went.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Commands">What was run, as one would type it.</param>
/// <param name="Note">What was found, or why it failed or was not run.</param>
internal sealed record CheckResult(
    string Part, string Shows, CheckState State, double Seconds, IReadOnlyList<string> Commands, string Note)
{
    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SnakeCaseJson.Line);

    /// <summary>Reads such a line.</summary>
    public static CheckResult FromJson(string line) => SnakeCaseJson.Parse<CheckResult>(line);
}

/// <summary>How a part of the check went.</summary>
internal enum CheckState
{
    Passed,
    Failed,

    /// <summary>The time was up, before it began or before it ended.</summary>
    OutOfTime,

    /// <summary>There is nothing to be run here.</summary>
    Absent,
}
