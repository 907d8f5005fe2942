using InternVideoNext.Foundation;

namespace InternVideoNext.Cli;

/// <summary>The repository that this program was started from.</summary>
internal static class Checkout
{
    /// <summary>Its folder.</summary>
    /// <exception cref="ConfigurationException">The program does not run in a checkout.</exception>
    public static string Require(string command)
    {
        var root = Environment.GetEnvironmentVariable("IVNEXT_ROOT") ?? Directory.GetCurrentDirectory();
        if (File.Exists(Path.Combine(root, "InternVideoNext.sln"))) return root;
        throw new ConfigurationException(
            $"{command} needs a checkout of the repository: {root} has no InternVideoNext.sln. Start it as ./ivnext there.");
    }
}
