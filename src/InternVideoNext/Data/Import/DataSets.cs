using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Data.Import;

/// <summary>The data sets of the paper: the files of <c>data-manifests/</c>, which the package carries.</summary>
public static class DataSets
{
    private const string Prefix = "data-manifests.";
    private const string Suffix = ".json";

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(DataSets).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && !n.EndsWith(".schema" + Suffix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>Finds a data set.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ConfigurationException">There is none of that name; the message lists them.</exception>
    public static DataSetManifest Find(string name)
    {
        if (!Names.Contains(name)) throw new ConfigurationException($"data set '{name}' is unknown; known are {string.Join(", ", Names)}");
        using var stream = typeof(DataSets).Assembly.GetManifestResourceStream(Prefix + name + Suffix)!;
        return JsonSerializer.Deserialize<DataSetManifest>(stream, SnakeCaseJson.Indented)!;
    }
}
