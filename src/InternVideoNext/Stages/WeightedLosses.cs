using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

/// <summary>Collects named losses and their weights into one sum.</summary>
public sealed class WeightedLosses
{
    private readonly List<KeyValuePair<string, Tensor>> _parts = [], _details = [];
    private Tensor? _total;

    /// <summary>Adds a loss.</summary>
    /// <param name="name">In the log.</param>
    /// <param name="loss">A scalar with its graph.</param>
    /// <param name="weight">Its factor in the sum; the log shows it without.</param>
    public void Add(string name, Tensor loss, double weight)
    {
        _parts.Add(new(name, loss.detach()));
        var weighted = weight == 1 ? loss : loss * weight;
        _total = _total is null ? weighted : _total + weighted;
    }

    /// <summary>Adds a number to the log alone.</summary>
    /// <param name="name">In the log.</param>
    /// <param name="value">A scalar.</param>
    public void AddDetail(string name, Tensor value) => _details.Add(new(name, value));

    /// <summary>The sum with its parts.</summary>
    /// <exception cref="InvalidOperationException">No loss was added.</exception>
    public LossParts Sum() => new(_total ?? throw new InvalidOperationException("no loss was added"), _parts) { Details = _details };
}
