namespace InternVideoNext.Notebooks;

/// <summary>Something that running notebooks needs is not installed; the message says what and how to get it.</summary>
/// <param name="message">The whole message.</param>
public sealed class NotebookEnvironmentException(string message) : Exception(message);
