using System.Globalization;
using InternVideoNext.Checkpoints;

namespace InternVideoNext.Models.Peers;

/// <summary>Reads sizes off the tensors of a file under a prefix.</summary>
internal sealed class PeerShapes(ITensorSource source, string prefix)
{
    public bool Has(string name) => source.Entries.ContainsKey(prefix + name);

    /// <exception cref="InvalidDataException">There is no such tensor, or it has another number of dimensions.</exception>
    public IReadOnlyList<long> Of(string name, int dimensions)
    {
        if (!source.Entries.TryGetValue(prefix + name, out var entry))
            throw new InvalidDataException($"{source.Path}: no tensor {prefix}{name}, which tells the encoder's sizes");
        return entry.Shape.Count == dimensions && entry.Shape.All(size => size is > 0 and < int.MaxValue) ? entry.Shape
            : throw new InvalidDataException(
                $"{source.Path}: tensor {prefix}{name} is {entry.Description}, not of {dimensions} dimensions as it should be");
    }

    /// <summary>One more than the largest index behind <paramref name="name"/>, as in <c>blocks.11.norm1.weight</c>.</summary>
    public int Count(string name) => Indices(prefix + name, ".").DefaultIfEmpty(-1).Max() + 1;

    /// <summary>The same for <c>name[11]</c>.</summary>
    public int CountLayers(string name) => Indices($"{prefix}{name}[", "]").DefaultIfEmpty(-1).Max() + 1;

    /// <summary>The heads of the released models by width.</summary>
    /// <exception cref="InvalidDataException">None has this width.</exception>
    public int ReleasedHeads(int width, params (int Width, int Heads)[] released)
    {
        foreach (var size in released)
            if (size.Width == width) return size.Heads;
        throw new InvalidDataException(
            $"{source.Path}: an encoder of width {width}; no tensor tells its number of heads, and the released ones have widths "
            + $"{string.Join(", ", released.Select(size => size.Width))}. State it, or put the model's config.json beside the file");
    }

    private IEnumerable<int> Indices(string start, string end) =>
        from name in source.Entries.Keys
        where name.StartsWith(start, StringComparison.Ordinal)
        let stop = name.IndexOf(end, start.Length, StringComparison.Ordinal)
        where stop > start.Length
        let index = int.TryParse(name.AsSpan(start.Length, stop - start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var i)
            ? i : -1
        where index is >= 0 and < 1000
        select index;
}
