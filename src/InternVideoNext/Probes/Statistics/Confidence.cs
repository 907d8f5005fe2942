using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>Uncertainty of accuracies measured on a finite number of clips.</summary>
public static class Confidence
{
    /// <summary>
    /// Wilson's score interval of a proportion (E. B. Wilson 1927): sound near 0 and 1 too, where the usual normal interval is not.
    /// </summary>
    /// <param name="successes">Right answers.</param>
    /// <param name="trials">Answers; 0 gives the whole of [0, 1].</param>
    /// <param name="level">Confidence level, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Counts or level out of range.</exception>
    public static ConfidenceInterval Wilson(int successes, int trials, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        CheckLevel(level);
        if (trials == 0) return new ConfidenceInterval(0, 1, level);
        double n = trials, p = successes / n, z = NormalDistribution.Quantile((1 + level) / 2), z2 = z * z;
        var centre = (p + (z2 / (2 * n))) / (1 + (z2 / n));
        var half = z / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
        // At 0 and at n the formula gives the end exactly; rounding must not push it off.
        return new ConfidenceInterval(successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half, level);
    }

    /// <summary>
    /// McNemar's exact test of two classifiers on the same clips: given the clips where just one is right, is it equally often either?
    /// </summary>
    /// <param name="first">For each clip, whether the first classifier is right.</param>
    /// <param name="second">The same for the second, in the same order of clips.</param>
    /// <exception cref="ArgumentException">The lists differ in length or are empty.</exception>
    public static PairedComparison McNemar(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        CheckPaired(first, second);
        int onlyFirst = 0, onlySecond = 0;
        for (var i = 0; i < first.Count; i++)
        {
            if (first[i] && !second[i]) onlyFirst++;
            if (second[i] && !first[i]) onlySecond++;
        }
        var difference = (onlyFirst - onlySecond) / (double)first.Count;
        return new PairedComparison(onlyFirst, onlySecond, first.Count, difference, TwoSidedSignTest(onlyFirst, onlySecond));
    }

    /// <summary>
    /// Percentile bootstrap interval of accuracy(first) - accuracy(second) over resampled clips, both classifiers on the same ones.
    /// </summary>
    /// <param name="first">For each clip, whether the first classifier is right.</param>
    /// <param name="second">The same for the second, in the same order of clips.</param>
    /// <param name="random">Draws the samples.</param>
    /// <param name="samples">Bootstrap samples.</param>
    /// <param name="level">Confidence level, above 0 and below 1.</param>
    /// <exception cref="ArgumentException">The lists differ in length or are empty, or a number is out of range.</exception>
    public static ConfidenceInterval PairedBootstrap(
        IReadOnlyList<bool> first, IReadOnlyList<bool> second, DeterministicRandom random, int samples = 2000, double level = 0.95)
    {
        CheckPaired(first, second);
        CheckLevel(level);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var clips = first.Count;
        var differences = new sbyte[clips];
        for (var i = 0; i < clips; i++) differences[i] = (sbyte)((first[i] ? 1 : 0) - (second[i] ? 1 : 0));
        var means = new double[samples];
        for (var s = 0; s < samples; s++)
        {
            var sum = 0;
            for (var i = 0; i < clips; i++) sum += differences[random.NextInt(clips)];
            means[s] = sum / (double)clips;
        }
        Array.Sort(means);
        return new ConfidenceInterval(Percentile(means, (1 - level) / 2), Percentile(means, (1 + level) / 2), level);
    }

    // min(1, 2 * P(X <= min(a, b))) with X binomial(a + b, 1/2); terms by logarithms, so that large counts don't overflow.
    private static double TwoSidedSignTest(int a, int b)
    {
        var n = a + b;
        if (n == 0) return 1;
        double logTerm = -n * Math.Log(2), sum = 0;
        for (var k = 0; k <= Math.Min(a, b); k++)
        {
            sum += Math.Exp(logTerm);
            logTerm += Math.Log(n - k) - Math.Log(k + 1);
        }
        return Math.Min(1, 2 * sum);
    }

    private static double Percentile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var low = (int)Math.Floor(place);
        var high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + ((place - low) * (sorted[high] - sorted[low]));
    }

    private static void CheckPaired(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        if (first.Count == 0 || first.Count != second.Count)
            throw new ArgumentException(
                $"{first.Count} and {second.Count} answers: both classifiers must answer the same clips, at least one.", nameof(second));
    }

    private static void CheckLevel(double level)
    {
        if (level is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(
            nameof(level), level, "A confidence level lies between 0 and 1, both excluded.");
    }
}

/// <summary>An interval at a confidence level.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Level">Confidence level, for example 0.95.</param>
public readonly record struct ConfidenceInterval(double Low, double High, double Level)
{
    /// <summary>True if <paramref name="value"/> lies in the interval, ends included.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}

/// <summary>Two classifiers on the same clips.</summary>
/// <param name="OnlyFirst">Clips that only the first answered rightly.</param>
/// <param name="OnlySecond">Clips that only the second answered rightly.</param>
/// <param name="Clips">Clips in all.</param>
/// <param name="Difference">Accuracy of the first less that of the second, -1..1.</param>
/// <param name="PValue">Two-sided exact probability of so uneven a split if both were equally good.</param>
public sealed record PairedComparison(int OnlyFirst, int OnlySecond, int Clips, double Difference, double PValue);
