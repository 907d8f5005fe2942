using System.Reflection;
using InternVideoNext.Foundation;

namespace InternVideoNext.Weights;

/// <summary>
/// The files of the package <c>InternVideoNext.Weights</c>, which holds no code: it is found by its name, so that nobody has to load
/// it who does not want it, and so that it changes only when its files do.
/// </summary>
internal static class WeightsPackage
{
    private const string Name = "InternVideoNext.Weights";

    private static readonly Lazy<Assembly> Files = new(Load);

    /// <summary>Names of all files.</summary>
    public static IReadOnlyList<string> Names => Files.Value.GetManifestResourceNames();

    /// <summary>Opens a file.</summary>
    public static Stream Open(string name) => Files.Value.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"the package {Name} lacks the file {name}");

    private static Assembly Load()
    {
        try
        {
            return Assembly.Load(Name);
        }
        catch (FileNotFoundException e)
        {
            throw new ConfigurationException(
                $"""the package {Name} is not loaded: reference it, in a notebook by #r "nuget: {Name}, ..." in the first cell""", e);
        }
    }
}
