using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>The tensors of a source whose names start with a prefix, under their names without it; the others are not seen.</summary>
public sealed class TensorSelection : ITensorSource
{
    private readonly ITensorSource _source;
    private readonly string _prefix;

    /// <summary>Selects by prefix, for example <c>weights.student.</c> with its last dot.</summary>
    /// <exception cref="SafetensorsException">No tensor's name starts so.</exception>
    public TensorSelection(ITensorSource source, string prefix)
    {
        _source = source;
        _prefix = prefix;
        var entries = new OrderedNames<SafetensorsEntry>();
        foreach (var (name, entry) in source.Entries)
        {
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal))
                entries.TryAdd(name[prefix.Length..], entry with { Name = name[prefix.Length..] });
        }

        if (entries.Count == 0)
            throw new SafetensorsException(source.Path, null, $"no tensor's name starts with '{prefix}'.");
        Entries = entries;
    }

    /// <summary>The whole source's path, and the prefix.</summary>
    public string Path => $"{_source.Path} ({_prefix}*)";

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _source.Metadata;

    /// <inheritdoc/>
    public Tensor Read(string name) => Entries.ContainsKey(name)
        ? _source.Read(_prefix + name)
        : throw new SafetensorsException(Path, name, "not in this selection.");
}
