using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Weights;

/// <summary>The trained models that come with the package InternVideoNext.Weights: runs of the ablation tables.</summary>
public static class ShippedModels
{
    private const string Suffix = ".json", Results = "results/";

    private static readonly Lazy<IReadOnlyList<ShippedModel>> Models = new(Read);

    /// <summary>All of them, by size, in the tables' order.</summary>
    /// <exception cref="ConfigurationException">The package is not loaded.</exception>
    public static IReadOnlyList<ShippedModel> All => Models.Value;

    /// <summary>The model of a name.</summary>
    /// <param name="name">For example <c>mini/stage2</c>.</param>
    /// <exception cref="ConfigurationException">There is none; the message lists the names.</exception>
    public static ShippedModel Find(string name) => All.FirstOrDefault(model => model.Name == name)
        ?? throw new ConfigurationException(
            $"no model '{name}' comes with InternVideoNext.Weights; there are {string.Join(", ", All.Select(model => model.Name))}");

    private static List<ShippedModel> Read()
    {
        var names = WeightsPackage.Names
            .Where(name => !name.StartsWith(Results, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal));
        var models = names.Select(name =>
        {
            using var reader = new StreamReader(WeightsPackage.Open(name));
            return new ShippedModel(name[..^Suffix.Length], AblationResult.FromJson(reader.ReadToEnd(), name));
        });
        var order = AblationRows.All.Select((row, i) => (row.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i);
        var sizes = Presets.Names.ToList();
        return [.. models.OrderBy(model => sizes.IndexOf(model.Result.Settings.Preset)).ThenBy(model => order[model.Result.Row])];
    }
}
