namespace InternVideoNext.Probes;

/// <summary>Length and shape of AdamW training (betas 0.9 / 0.999, eps 1e-8).</summary>
public sealed record ProbeSchedule
{
    /// <summary>Passes over the training rows.</summary>
    public required int Epochs { get; init; }

    /// <summary>Rows per step; clamped to the rows there are.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Passes during which the learning rate rises linearly from 0.</summary>
    public int WarmupEpochs { get; init; }

    /// <summary>The learning rate that the cosine ends at, as a share of the peak.</summary>
    public double FinalShare { get; init; }

    /// <summary>True if weight decay acts on biases and norms as well (as in V-JEPA 2's evaluation).</summary>
    public bool DecayAll { get; init; }

    /// <summary>The learning rate at a step as a share of its peak: linear warm-up, then half a cosine.</summary>
    internal double ShareAt(int step, int stepsPerEpoch)
    {
        int warmup = WarmupEpochs * stepsPerEpoch, total = Epochs * stepsPerEpoch;
        if (step < warmup) return (step + 1.0) / warmup;
        var progress = (step - warmup) / (double)Math.Max(1, total - warmup);
        return FinalShare + ((1 - FinalShare) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }

    internal void Validate(string protocol)
    {
        if (Epochs < 1) throw new ArgumentException($"protocol '{protocol}': schedule.epochs is {Epochs}, must be at least 1.");
        if (BatchSize < 1) throw new ArgumentException($"protocol '{protocol}': schedule.batch_size is {BatchSize}, must be at least 1.");
        if (WarmupEpochs < 0 || WarmupEpochs >= Epochs)
            throw new ArgumentException(
                $"protocol '{protocol}': schedule.warmup_epochs is {WarmupEpochs}, must be at least 0 and less than epochs ({Epochs}).");
        if (FinalShare is not (>= 0 and <= 1))
            throw new ArgumentException($"protocol '{protocol}': schedule.final_share is {FinalShare}, must lie in 0..1.");
    }
}
