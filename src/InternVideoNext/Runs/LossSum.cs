using static TorchSharp.torch;

namespace InternVideoNext.Runs;

/// <summary>The mean of the losses of a step's batches, kept on the device without their graphs.</summary>
/// <param name="batches">How many are to be added.</param>
internal sealed class LossSum(int batches) : IDisposable
{
    private readonly List<string> _parts = [], _details = [];

    /// <summary>Total, then <see cref="Parts"/>, then <see cref="Details"/>, float32; null before the first batch.</summary>
    public Tensor? Values { get; private set; }

    /// <summary>The differentiated sum, a float32 scalar in the caller's dispose scope.</summary>
    /// <exception cref="InvalidOperationException">No batch was added.</exception>
    public Tensor Total => (Values ?? throw new InvalidOperationException("no loss was added"))[0];

    /// <summary>The parts' names.</summary>
    public IReadOnlyList<string> Parts => _parts;

    /// <summary>The details' names.</summary>
    public IReadOnlyList<string> Details => _details;

    public void Add(LossParts losses)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var row = stack([losses.Total.to(float32), .. losses.Parts.Concat(losses.Details).Select(p => p.Value.to(float32))]).div_(batches);
        if (Values is not null)
        {
            Values.add_(row);
            return;
        }
        _parts.AddRange(losses.Parts.Select(p => p.Key));
        _details.AddRange(losses.Details.Select(p => p.Key));
        Values = row.DetachFromDisposeScope();
    }

    public void Dispose() => Values?.Dispose();
}

/// <summary>The losses of one step, by name, and their weighted sum that is differentiated.</summary>
/// <param name="Total">Scalar with gradient.</param>
/// <param name="Parts">Name to unweighted scalar, detached, in the order they are shown.</param>
public sealed record LossParts(Tensor Total, IReadOnlyList<KeyValuePair<string, Tensor>> Parts)
{
    /// <summary>Further numbers worth a look, by name: detached scalars that are no part of the sum.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Details { get; init; } = [];
}
