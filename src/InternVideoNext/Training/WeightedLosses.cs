using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>Collects named losses and their weights into one sum.</summary>
internal sealed class WeightedLosses
{
    private readonly List<KeyValuePair<string, Tensor>> _parts = [], _details = [];
    private Tensor? _total;

    public void Add(string name, Tensor loss, double weight)
    {
        _parts.Add(new(name, loss.detach()));
        var weighted = weight == 1 ? loss : loss * weight;
        _total = _total is null ? weighted : _total + weighted;
    }

    public void AddDetail(string name, Tensor value) => _details.Add(new(name, value));

    public LossParts Sum() => new(_total ?? throw new InvalidOperationException("no loss was added"), _parts) { Details = _details };
}
