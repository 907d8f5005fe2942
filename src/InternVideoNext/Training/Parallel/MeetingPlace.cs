using System.Security.Cryptography;
using System.Text;
using InternVideoNext.Foundation;

namespace InternVideoNext.Training.Parallel;

/// <summary>Where the processes of a run meet, and the secret by which they know each other.</summary>
public sealed record MeetingPlace
{
    /// <summary>The environment variable that gives the token to processes that are started one by one.</summary>
    public const string TokenVariable = "IVNEXT_TOKEN";

    private const int ShortestToken = 16;

    /// <summary>Names a place.</summary>
    /// <param name="address">HOST:PORT of the first process.</param>
    /// <param name="token">At least 16 characters, the same for all processes of a run and known to nobody else.</param>
    /// <exception cref="ConfigurationException">The token is too short to be a secret.</exception>
    public MeetingPlace(string address, string token)
    {
        if (token.Length < ShortestToken) throw new ConfigurationException(
            $"{TokenVariable} has {token.Length} characters: a secret needs {ShortestToken} or more. "
            + $"Make one for all processes of a run: export {TokenVariable}=$(openssl rand -hex 16)");
        (Address, Token) = (address, token);
    }

    /// <summary>HOST:PORT of the first process.</summary>
    public string Address { get; }

    /// <summary>The secret.</summary>
    public string Token { get; }

    /// <summary>A token that nobody guesses.</summary>
    public static string NewToken() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>Says where, and nothing of the secret.</summary>
    public override string ToString() => Address;

    internal static byte[] KeyOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
