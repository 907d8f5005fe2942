namespace InternVideoNext.Training;

/// <summary>Training was stopped because it could not go on usefully; the message says why and where the last good checkpoint is.</summary>
public sealed class TrainingHaltedException : Exception
{
    /// <summary>Entries of the training data that the last such step had read.</summary>
    public IReadOnlyList<int> Entries { get; init; } = [];

    /// <summary>Creates the error with the whole message.</summary>
    public TrainingHaltedException(string message) : base(message) { }
}
