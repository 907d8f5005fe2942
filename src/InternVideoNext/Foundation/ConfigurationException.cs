namespace InternVideoNext.Foundation;

/// <summary>A configuration is not usable; the message names every offending field, its value and what is allowed.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public ConfigurationException(string message) : base(message) { }

    /// <summary>Creates the error with the whole message and its cause.</summary>
    public ConfigurationException(string message, Exception innerException) : base(message, innerException) { }
}
