using InternVideoNext.Ablations;
using InternVideoNext.Foundation;

namespace InternVideoNext.Weights;

/// <summary>The results of the ablations that this project ran itself, with everything that it takes to run them again.</summary>
public static class ShippedResults
{
    private const string Prefix = "results/", Suffix = ".json";

    /// <summary>The ablations, for example <c>mini</c>: every row of every table at that size.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(ShippedResults).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal)];

    /// <summary>Reads one.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ConfigurationException">There is none of that name; the message lists the names.</exception>
    public static AblationResults Load(string name)
    {
        if (!Names.Contains(name)) throw new ConfigurationException(
            $"no results '{name}' come with this package; there are {string.Join(", ", Names)}");
        using var reader = new StreamReader(ShippedModels.Resource($"{Prefix}{name}{Suffix}"));
        return AblationResults.Parse(reader.ReadToEnd(), name);
    }
}
