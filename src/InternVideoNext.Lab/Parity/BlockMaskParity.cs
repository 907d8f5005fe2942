using System.Globalization;
using System.Text.RegularExpressions;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>
/// Multi-block masks (method, section 5). Their draws cannot be repeated, so means over many batches are compared, each
/// with a tolerance of its own: four standard errors of the difference. The recorded examples must be masks that the
/// released trimming makes.
/// </summary>
internal static class BlockMaskParity
{
    private const int Draws = 400;
    private const ulong Seed = 2;

    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        var count = reference.Count("multiblock.");
        if (count == 0)
        {
            rows.Fail("multiblock.*", "missing in the file: not compared");
            return;
        }
        var text = reference.Text("note");
        var grid = Grid(reference, text);
        var config = Config(text, count);
        using var generator = new Generator(Seed, CPU);
        var policy = config.Build(grid);
        var batch = (int)reference.Shape("multiblock.0.visible_counts")[1];
        var visible = Enumerable.Range(0, count).Select(_ => new double[Draws]).ToArray();
        for (var draw = 0; draw < Draws; draw++)
        {
            var masks = policy.Draw(batch, saliency: null, generator);
            for (var i = 0; i < count; i++) visible[i][draw] = masks[i].Visible.size(1);
            foreach (var mask in masks) mask.Dispose();
        }
        for (var i = 0; i < count; i++)
        {
            CompareMeans(reference, rows, $"multiblock.{i}.visible_counts", visible[i]);
            CompareMeans(reference, rows, $"multiblock.{i}.masked_fraction_per_step", [.. visible[i].Select(n => 1 - (n / grid.Tokens))]);
            CheckExample(reference, rows, $"multiblock.{i}.example", grid);
        }
    }

    private static void CompareMeans(ReferenceData reference, ParityRecorder rows, string quantity, double[] ours)
    {
        if (!reference.Has(quantity))
        {
            rows.Fail(quantity, "missing in the file: not compared");
            return;
        }
        var recorded = reference[quantity].cpu().to(float64);
        // The clips of a batch share their count: one number per batch.
        var theirs = (recorded.dim() > 1 ? recorded.mean([1]) : recorded).data<double>().ToArray();
        var error = Math.Sqrt((Variance(ours) / ours.Length) + (Variance(theirs) / theirs.Length));
        var (difference, mean) = (Math.Abs(ours.Average() - theirs.Average()), Math.Abs(theirs.Average()));
        rows.Add(
            quantity, difference, difference / mean, ParityTolerance.StandardErrors * error / mean,
            string.Create(CultureInfo.InvariantCulture,
            $"means of {ours.Length} and {theirs.Length} batches: {ours.Average():g5}, reference {theirs.Average():g5}, "
                + $"{(error > 0 ? difference / error : 0):f1} standard errors apart"));
    }

    // The released rule: all frames show the same places, until the allowance is spent. Counts the tokens that break it.
    private static void CheckExample(ReferenceData reference, ParityRecorder rows, string quantity, TokenGrid grid)
    {
        if (!reference.Has(quantity))
        {
            rows.Fail(quantity, "missing in the file: not compared");
            return;
        }
        var masked = reference[quantity].cpu().to(@bool).data<bool>().ToArray();
        var wrong = 0;
        for (var start = 0; start < masked.Length; start += grid.Tokens)
        {
            var clip = masked.AsSpan(start, grid.Tokens);
            var allowance = clip.Count(false);
            for (var token = 0; token < clip.Length; token++)
            {
                var shown = !clip[token % grid.TokensPerFrame] && allowance > 0;
                if (shown) allowance--;
                if (shown == clip[token]) wrong++;
            }
        }
        rows.Add(
            quantity, wrong, (double)wrong / masked.Length, ParityTolerance.Exact, "tokens that the released trimming would not leave so");
    }

    // "spatial_scale 0.15 x 8 blocks (index 0), 0.7 x 2 blocks (index 1), aspect 0.75-1.5, ..., patches 16x16"
    private static MultiBlockMaskingConfig Config(string text, int count)
    {
        var defaults = new MultiBlockMaskingConfig { Trim = VisibleTrim.Released };
        var blocks = Regex.Matches(text, @"([\d.]+) x (\d+) blocks")
            .Select(m => new MaskBlocks(Whole(m.Groups[2].Value), Number(m.Groups[1].Value))).ToList();
        var aspect = Regex.Match(text, @"aspect ([\d.]+)-([\d.]+)");
        if (blocks.Count == 0) blocks = [.. defaults.Blocks];
        if (blocks.Count != count) throw new InvalidDataException(
            $"multiblock: {count} masks in the file, {blocks.Count} block settings in its note");
        return aspect.Success
            ? defaults with { Blocks = blocks, AspectMin = Number(aspect.Groups[1].Value), AspectMax = Number(aspect.Groups[2].Value) }
            : defaults with { Blocks = blocks };
    }

    private static TokenGrid Grid(ReferenceData reference, string text)
    {
        var size = Regex.Match(text, @"patches (\d+)x(\d+)");
        var (height, width) = size.Success ? (Whole(size.Groups[1].Value), Whole(size.Groups[2].Value)) : (16, 16);
        var tokens = (int)reference.Shape("multiblock.0.example")[^1];
        return tokens % (height * width) == 0
            ? new TokenGrid(tokens / (height * width), height, width)
            : throw new InvalidDataException($"multiblock.0.example: {tokens} tokens are no whole number of {height}x{width} frames");
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    private static double Number(string text) => double.Parse(text.TrimEnd('.'), CultureInfo.InvariantCulture);

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
