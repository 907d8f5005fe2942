using System.Globalization;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Description;

/// <summary>
/// Device memory of a training step, from formulae. Left out: temporaries that live for one operator, the allocator's
/// rounding, and what libtorch itself loads; expect 10 to 30 % more.
/// </summary>
/// <param name="Lines">The entries.</param>
public sealed record MemoryEstimate(IReadOnlyList<MemoryLine> Lines)
{
    /// <summary>The sum.</summary>
    public double Bytes => Lines.Sum(line => line.Bytes);

    internal static MemoryEstimate Of(TrainingConfig training, BlockDescription student, BlockDescription? teacher)
    {
        var bfloat16 = training.Precision == Precision.Bfloat16;
        var (size, parameters) = (bfloat16 ? 2 : 4, (double)student.Parameters);
        var lines = new List<MemoryLine> { new("weights", $"{size} B x {Count(parameters)} parameters", size * parameters) };
        if (bfloat16) lines.Add(new("float32 master weights", $"4 B x {Count(parameters)}", 4 * parameters));
        lines.Add(new("gradients", $"{size} B x {Count(parameters)}", size * parameters));
        if (bfloat16) lines.Add(new("float32 gradients, summed over batches", $"4 B x {Count(parameters)}", 4 * parameters));
        lines.Add(new("AdamW moments", $"2 x 4 B x {Count(parameters)}", 8 * parameters));
        if (teacher is not null) lines.Add(
            new("teacher weights", $"{size} B x {Count(teacher.Parameters)} parameters", size * (double)teacher.Parameters));
        lines.Add(
            new("activations", $"{size} B x {Count(student.Activations)} numbers a clip x {training.BatchSize} clips",
            size * student.Activations * training.BatchSize));
        return new MemoryEstimate(lines);
    }

    private static string Count(double value) => (value / 1e6).ToString("0.0 'M'", CultureInfo.InvariantCulture);
}

/// <summary>One entry of a memory estimate.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Formula">How it was computed.</param>
/// <param name="Bytes">The estimate.</param>
public sealed record MemoryLine(string Name, string Formula, double Bytes);
