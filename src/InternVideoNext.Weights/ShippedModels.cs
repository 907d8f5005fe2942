using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Weights;

/// <summary>The trained models that come with this package: runs of the ablation tables.</summary>
public static class ShippedModels
{
    private const string Suffix = ".json", Results = "results/";

    /// <summary>All of them, by size, in the tables' order.</summary>
    public static IReadOnlyList<ShippedModel> All { get; } = Read();

    /// <summary>The model of a name.</summary>
    /// <param name="name">For example <c>mini/stage2</c>.</param>
    /// <exception cref="ConfigurationException">There is none; the message lists the names.</exception>
    public static ShippedModel Find(string name) => All.FirstOrDefault(model => model.Name == name)
        ?? throw new ConfigurationException(
            $"no model '{name}' comes with this package; there are {string.Join(", ", All.Select(model => model.Name))}");

    internal static Stream Resource(string name) => typeof(ShippedModels).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"the assembly lacks the resource {name}");

    private static List<ShippedModel> Read()
    {
        var names = typeof(ShippedModels).Assembly.GetManifestResourceNames()
            .Where(name => !name.StartsWith(Results, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal));
        var models = names.Select(name =>
        {
            using var reader = new StreamReader(Resource(name));
            return new ShippedModel(name[..^Suffix.Length], AblationResult.FromJson(reader.ReadToEnd(), name));
        });
        var order = AblationRows.All.Select((row, i) => (row.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i);
        var sizes = Presets.Names.ToList();
        return [.. models.OrderBy(model => sizes.IndexOf(model.Result.Settings.Preset)).ThenBy(model => order[model.Result.Row])];
    }
}
