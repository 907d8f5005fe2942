using InternVideoNext.Randomness;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Models.Description;

/// <summary>How many tokens each part of a step works on.</summary>
/// <param name="Classes">Class tokens.</param>
/// <param name="All">N, tokens of a clip.</param>
/// <param name="Visible">Tokens that the student sees, for each mask of a step; means where masks differ in size.</param>
internal sealed record ClipTokens(int Classes, int All, IReadOnlyList<double> Visible)
{
    private const int Draws = 16;

    /// <summary>Tokens to be predicted, for each mask.</summary>
    public IEnumerable<double> Masked => Visible.Select(visible => All - visible);

    /// <summary>The student's sequence, class tokens included, for each mask.</summary>
    public IEnumerable<double> Seen => Visible.Select(visible => Classes + visible);

    /// <summary>The full sequence, class tokens included.</summary>
    public int Full => Classes + All;

    /// <summary>Draws a few batches of the run's masks and counts.</summary>
    public static ClipTokens Of(RunConfig config)
    {
        var grid = config.Model.Encoder.Grid;
        if (config is SupervisedConfig) return new ClipTokens(config.Model.Encoder.ClassTokens, grid.Tokens, [grid.Tokens]);
        var policy = config.Masking.Build(grid);
        using var scope = NewDisposeScope();
        var batch = Math.Min(config.Training.BatchSize, 64);
        // Only the number of tokens matters, so any saliency does.
        var saliency = ones((long)batch * grid.Frames, grid.TokensPerFrame);
        var counts = Enumerable.Range(0, Draws).Select(draw =>
        {
            using var generator = new Generator(SeedSequence.Derive(config.Training.Seed, (ulong)draw), CPU);
            return policy.Draw(batch, saliency, generator).Select(mask => (double)mask.Visible.size(1)).ToArray();
        }).ToList();
        return new ClipTokens(config.Model.Encoder.ClassTokens, grid.Tokens, [.. counts[0].Select((_, mask) => counts.Average(draw => draw[mask]))]);
    }
}
