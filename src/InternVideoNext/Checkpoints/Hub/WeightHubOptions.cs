namespace InternVideoNext.Checkpoints.Hub;

/// <summary>How a <see cref="WeightHub"/> behaves.</summary>
public sealed record WeightHubOptions
{
    /// <summary>The hub's address; a mirror has the same paths below its own.</summary>
    public Uri Address { get; init; } = new("https://huggingface.co/");

    /// <summary>Connections tried for one file before giving up. A transfer that breaks is resumed where it broke.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Time before the second attempt; doubled before each further one.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection that brings nothing for so long counts as broken.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(60);
}
