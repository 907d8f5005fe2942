using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>Tensors already in memory as a source, for example another module's parameters. They stay their owner's.</summary>
public sealed class TensorsInMemory : ITensorSource
{
    private readonly Dictionary<string, Tensor> _tensors;

    /// <summary>Makes a source of named tensors.</summary>
    /// <param name="path">What to call them in reports and errors.</param>
    /// <param name="tensors">Names and tensors of any device and layout; they must outlive the source.</param>
    /// <exception cref="ArgumentException">A name is given twice, or a type has no place in the safetensors format.</exception>
    public TensorsInMemory(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        Path = path;
        _tensors = tensors.ToDictionary(StringComparer.Ordinal);
        var entries = new OrderedNames<SafetensorsEntry>();
        foreach (var (name, tensor) in _tensors)
            entries.TryAdd(
                name, new SafetensorsEntry(
                name, SafetensorsType.Of(tensor.dtype), tensor.shape, 0, tensor.numel() * tensor.element_size()));
        Entries = entries;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public Tensor Read(string name) => _tensors.TryGetValue(name, out var tensor)
        ? tensor.detach().cpu().clone()
        : throw new SafetensorsException(Path, name, $"not among these {_tensors.Count} tensors.");
}
