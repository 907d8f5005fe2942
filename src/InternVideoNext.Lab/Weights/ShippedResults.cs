using InternVideoNext.Ablations;
using InternVideoNext.Foundation;

namespace InternVideoNext.Weights;

/// <summary>The results of the ablations that this project ran itself, with everything that it takes to run them again.</summary>
public static class ShippedResults
{
    private const string Prefix = "results/", Suffix = ".json";

    /// <summary>The ablations, for example <c>mini</c>: every row of every table at that size.</summary>
    /// <exception cref="ConfigurationException">The package InternVideoNext.Weights is not loaded.</exception>
    public static IReadOnlyList<string> Names => [.. WeightsPackage.Names
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..^Suffix.Length])
        .Order(StringComparer.Ordinal)];

    /// <summary>Reads one.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ConfigurationException">There is none of that name; the message lists the names.</exception>
    public static AblationResults Load(string name)
    {
        if (!Names.Contains(name)) throw new ConfigurationException(
            $"no results '{name}' come with InternVideoNext.Weights; there are {string.Join(", ", Names)}");
        using var reader = new StreamReader(WeightsPackage.Open($"{Prefix}{name}{Suffix}"));
        return AblationResults.Parse(reader.ReadToEnd(), name);
    }
}
