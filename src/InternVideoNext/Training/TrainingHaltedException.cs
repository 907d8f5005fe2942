namespace InternVideoNext.Training;

/// <summary>Training was stopped because it could not go on usefully; the message says why and where the last good checkpoint is.</summary>
public sealed class TrainingHaltedException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public TrainingHaltedException(string message) : base(message) { }
}
