using InternVideoNext.Ablations;
using InternVideoNext.Weights;

namespace InternVideoNext.Cli;

/// <summary>Writes the heads of recipes.</summary>
internal static class RecipeDisplay
{
    /// <summary>The runs that this project made itself: what times are told from.</summary>
    public static IReadOnlyList<AblationResult> Measured { get; } =
        [.. ShippedResults.Names.SelectMany(name => ShippedResults.Load(name).Results)];

    public static void Write(RecipeNote note, TextWriter output)
    {
        foreach (var (name, text) in note.Lines) output.WriteLine($"{name + ":",-12}{text}");
    }
}
