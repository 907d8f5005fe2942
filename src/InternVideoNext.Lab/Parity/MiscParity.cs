using System.Globalization;
using System.Text.RegularExpressions;
using InternVideoNext.Modules;
using InternVideoNext.Recipes;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>Position tables and their resizing, and the learning-rate schedule (method, sections 1 and 8). Names carry the sizes.</summary>
internal static partial class MiscParity
{
    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        using var noGrad = no_grad();
        CheckTables(reference, rows);
        CheckResizing(reference, rows);
        CheckSchedules(reference, rows);
        BlockMaskParity.Check(reference, rows);
    }

    private static void CheckTables(ReferenceData reference, ParityRecorder rows)
    {
        if (!reference.Under("pos_embed.").Any()) rows.Fail("pos_embed.*", "missing in the file: not compared");
        foreach (var (name, width, side, frames) in Sized(reference, TableName()))
        {
            var grid = new TokenGrid(frames, side, side);
            var table = PositionTable.SineCosine(width, grid, (int)reference.Shape(name)[^2] - grid.Tokens);
            rows.Compare(name, reference.Shape(name).Count == 2 ? table[0] : table, ParityTolerance.Output);
        }
    }

    // interp.temporal_4_to_8 and interp.spatial_4_to_6 name what changes; the other size follows from interp.input.
    private static void CheckResizing(ReferenceData reference, ParityRecorder rows)
    {
        var frames = Sized(reference, TemporalName()).Select(t => (t.Name, From: t.First, To: t.Second)).ToList();
        var sides = Sized(reference, SpatialName()).Select(s => (s.Name, From: s.First, To: s.Second)).ToList();
        if (frames.Count == 0) rows.Fail("interp.temporal_*", "missing in the file: not compared");
        if (sides.Count == 0) rows.Fail("interp.spatial_*", "missing in the file: not compared");
        foreach (var (name, from, to) in frames)
        {
            var source = new TokenGrid(from, SideOf(reference, sides, from), SideOf(reference, sides, from));
            Resize(reference, rows, name, source, source with { Frames = to });
        }
        foreach (var (name, from, to) in sides)
        {
            var source = new TokenGrid(FramesOf(reference, frames, from), from, from);
            Resize(reference, rows, name, source, source with { Height = to, Width = to });
        }
    }

    private static void Resize(ReferenceData reference, ParityRecorder rows, string name, TokenGrid source, TokenGrid target)
    {
        var table = reference["interp.input"];
        rows.Compare(name, PositionTable.Resize(table, source, target, (int)table.size(1) - source.Tokens), ParityTolerance.Output);
    }

    // Without a spatial resizing in the file: as many whole frames as leave fewest class rows.
    private static int SideOf(ReferenceData reference, List<(string Name, int From, int To)> sides, int frames) =>
        sides.Count > 0 ? sides[0].From : (int)Math.Sqrt(reference.Shape("interp.input")[1] / frames);

    private static int FramesOf(ReferenceData reference, List<(string Name, int From, int To)> frames, int side) =>
        frames.Count > 0 ? frames[0].From : (int)(reference.Shape("interp.input")[1] / (side * side));

    private static void CheckSchedules(ReferenceData reference, ParityRecorder rows)
    {
        var schedules = Sized(reference, ScheduleName()).ToList();
        if (schedules.Count == 0) rows.Fail("schedule.cosine_*", "missing in the file: not compared");
        foreach (var (name, epochs, iterations, warmup) in schedules)
        {
            var config = Schedule(reference, name, epochs * iterations, warmup * iterations);
            rows.CompareNumbers(
                name, Enumerable.Range(0, config.Steps).Select(step => LearningRateSchedule.At(step, config)), ParityTolerance.Table,
                $"rates from {config.StartLearningRate:g3} over {config.BaseLearningRate:g3} to {config.FinalLearningRate:g3}, read "
                    + "off its ends");
        }
    }

    // The name says how long; start and peak stand in the table, the final rate follows from its last value.
    private static TrainingConfig Schedule(ReferenceData reference, string name, int steps, int warmup)
    {
        var rates = reference[name].cpu().to(float64).data<double>().ToArray();
        if (rates.Length != steps || warmup >= steps)
            throw new InvalidDataException($"{name}: {rates.Length} values, and a name that says {steps} with {warmup} of warm-up");
        var peak = rates[warmup];
        var above = 0.5 * (1 + Math.Cos(Math.PI * (steps - 1 - warmup) / (steps - warmup)));
        return new TrainingConfig
        {
            Steps = steps,
            WarmupSteps = warmup,
            BatchSize = 256,
            StartLearningRate = rates[0],
            BaseLearningRate = peak,
            FinalLearningRate = (rates[^1] - (above * peak)) / (1 - above),
        };
    }

    private static IEnumerable<(string Name, int First, int Second, int Third)> Sized(ReferenceData reference, Regex pattern) =>
        from name in reference.Names
        let match = pattern.Match(name)
        where match.Success
        let numbers = match.Groups.Values.Skip(1).Select(g => int.Parse(g.Value, CultureInfo.InvariantCulture)).Append(0).ToArray()
        select (name, numbers[0], numbers[1], numbers[2]);

    [GeneratedRegex(@"^pos_embed\.dim(\d+)_grid(\d+)_t(\d+)$")]
    private static partial Regex TableName();

    [GeneratedRegex(@"^interp\.temporal_(\d+)_to_(\d+)$")]
    private static partial Regex TemporalName();

    [GeneratedRegex(@"^interp\.spatial_(\d+)_to_(\d+)$")]
    private static partial Regex SpatialName();

    [GeneratedRegex(@"^schedule\.cosine_(\d+)ep_(\d+)it_warm(\d+)$")]
    private static partial Regex ScheduleName();
}
