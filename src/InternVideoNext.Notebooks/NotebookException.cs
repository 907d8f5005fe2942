namespace InternVideoNext.Notebooks;

/// <summary>A notebook cannot be read or run; the message names the file, the place and the remedy.</summary>
/// <param name="message">The whole message.</param>
public sealed class NotebookException(string message) : Exception(message);
