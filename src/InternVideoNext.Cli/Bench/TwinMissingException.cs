namespace InternVideoNext.Cli.Bench;

/// <summary>There is no Python with PyTorch, which the twin needs.</summary>
internal sealed class TwinMissingException(string message) : Exception(message);
