using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: b rows, V clips, K classes, G grid points.

/// <summary>Class probabilities of clips under every grid point, averaged over each clip's views.</summary>
internal sealed class ClipScores : IDisposable
{
    private readonly Tensor _probabilities; // [G, V, K] on the CPU
    private readonly Tensor _labels;        // [V]

    private ClipScores(Tensor probabilities, Tensor labels, int[] clips)
    {
        _probabilities = probabilities;
        _labels = labels;
        Clips = clips;
    }

    /// <summary>The clips scored, as numbers in their set, ascending.</summary>
    public int[] Clips { get; }

    /// <summary>Scores some rows.</summary>
    public static ClipScores Of(
        ProbeCandidates candidates, FeatureSet set, IEnumerable<int> rows, int classes, Device device, int rowsAtOnce,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var ordered = rows.ToArray();
        var clips = ordered.Select(row => set.ClipOfRow[row]).Distinct().Order().ToArray();
        var place = clips.Select((clip, index) => (clip, index)).ToDictionary(pair => pair.clip, pair => (long)pair.index);
        var sums = zeros(candidates.Settings.Count, clips.Length, classes);
        var views = zeros(clips.Length);
        foreach (var part in ordered.Chunk(rowsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var index = tensor(part.Select(row => place[set.ClipOfRow[row]]).ToArray());
            var probabilities = candidates.Probabilities(set.Take(part, device)).cpu();     // [G, b, K]
            sums.index_add_(1, index, probabilities, 1);
            views.index_add_(0, index, ones(part.Length), 1);
        }
        sums.div_(views.reshape(1, -1, 1));
        var labels = tensor(clips.Select(clip => (long)set.ClipLabels[clip]).ToArray());
        return new ClipScores(sums.DetachFromDisposeScope(), labels.DetachFromDisposeScope(), clips);
    }

    /// <summary>Share of clips answered rightly, for each point.</summary>
    public double[] Top1()
    {
        using var scope = NewDisposeScope();
        return _probabilities.argmax(-1).eq(_labels).to(float64).mean([1]).data<double>().ToArray();
    }

    /// <summary>Mean negative log-probability of the right class, for each point.</summary>
    public double[] Loss()
    {
        using var scope = NewDisposeScope();
        var index = _labels.reshape(1, -1, 1).expand(_probabilities.size(0), -1, 1);
        return _probabilities.gather(-1, index).to(float64).clamp_min(1e-12).log().neg().mean([1, 2]).data<double>().ToArray();
    }

    /// <summary>The most probable class of each clip under one point.</summary>
    public int[] Answers(int point)
    {
        using var scope = NewDisposeScope();
        return [.. _probabilities[point].argmax(-1).data<long>().Select(answer => (int)answer)];
    }

    /// <summary>Share of clips with the right class among the <paramref name="count"/> most probable ones under one point.</summary>
    public double TopShare(int point, int count)
    {
        using var scope = NewDisposeScope();
        var (_, best) = _probabilities[point].topk((int)Math.Min(count, _probabilities.size(2)), -1);
        return best.eq(_labels.unsqueeze(1)).any(1).to(float64).mean().item<double>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _probabilities.Dispose();
        _labels.Dispose();
    }
}
