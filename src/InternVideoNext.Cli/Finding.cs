namespace InternVideoNext.Cli;

/// <summary>How well one thing is there.</summary>
internal enum FindingState
{
    Good,

    /// <summary>Training works, something does not.</summary>
    Limited,

    /// <summary>Training cannot work.</summary>
    Missing,
}

/// <summary>One row of the doctor's table.</summary>
/// <param name="What">The thing looked at.</param>
/// <param name="Found">What was found, in words.</param>
/// <param name="State">How good that is.</param>
/// <param name="Remedy">What to do; null where nothing is wrong.</param>
internal sealed record Finding(string What, string Found, FindingState State = FindingState.Good, string? Remedy = null);
