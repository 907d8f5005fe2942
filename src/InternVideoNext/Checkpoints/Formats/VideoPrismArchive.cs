using System.Globalization;
using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints.Formats;

// Shapes: n layers, C width, H heads, D head width, P patch side

/// <summary>
/// Google's VideoPrism arrays in the shapes of our modules: what is stacked over layers is taken apart, layer i under the array's name
/// with <c>[i]</c> behind it; kernels are turned round; the patch projection becomes a convolution. An array whose shape is none of
/// these is shown as it is, and fits nowhere.
/// </summary>
public sealed class VideoPrismArchive : ITensorSource, IDisposable
{
    private const string Stacked = "/x_layers/";

    private readonly ITensorSource _source;
    private readonly Dictionary<string, (string Array, int? Layer)> _origins = new(StringComparer.Ordinal);
    private (string Array, Tensor Values)? _read; // of a stack, whose layers are asked for one after the other

    /// <summary>Shows the arrays of a source.</summary>
    /// <param name="source">Must outlive this one.</param>
    public VideoPrismArchive(ITensorSource source)
    {
        _source = source;
        var entries = new OrderedNames<SafetensorsEntry>();
        foreach (var (array, entry) in source.Entries)
        {
            if (!array.Contains(Stacked, StringComparison.Ordinal) || entry.Shape.Count < 2)
            {
                Add(array, array, null, entry.Shape);
                continue;
            }

            for (var layer = 0; layer < entry.Shape[0]; layer++)
                Add(string.Create(CultureInfo.InvariantCulture, $"{array}[{layer}]"), array, layer, [.. entry.Shape.Skip(1)]);
        }

        Entries = entries;

        void Add(string name, string array, int? layer, IReadOnlyList<long> shape)
        {
            var turned = Arrangement.Of(array, shape)?.Shape ?? shape;
            var bytes = turned.Aggregate(1L, (product, dimension) => product * dimension) * source.Entries[array].Type.Bits / 8;
            entries.TryAdd(name, new SafetensorsEntry(name, source.Entries[array].Type, turned, 0, bytes));
            _origins[name] = (array, layer);
        }
    }

    /// <inheritdoc/>
    public string Path => _source.Path;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _source.Metadata;

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        if (!_origins.TryGetValue(name, out var origin))
            throw new SafetensorsException(Path, name, $"not in this archive, which holds {Entries.Count} arrays.");
        using var scope = NewDisposeScope();
        var array = origin.Layer is { } layer ? Stack(origin.Array)[layer] : _source.Read(origin.Array);
        var tensor = Arrangement.Of(origin.Array, array.shape) is { } arrangement ? arrangement.Apply(array).contiguous() : array.clone();
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Lets go of the array read last.</summary>
    public void Dispose()
    {
        _read?.Values.Dispose();
        _read = null;
    }

    private Tensor Stack(string array)
    {
        if (_read is { } read && read.Array == array) return read.Values;
        Dispose();
        var values = _source.Read(array).DetachFromDisposeScope();
        _read = (array, values);
        return values;
    }

    /// <summary>How an array becomes a tensor of ours.</summary>
    private sealed record Arrangement(IReadOnlyList<long> Shape, Func<Tensor, Tensor> Apply)
    {
        public static Arrangement? Of(string array, IReadOnlyList<long> shape)
        {
            var parts = array.Split('/');
            return (parts[^1], parts.Length > 1 ? parts[^2] : "", shape) switch
            {
                // Row, column, channel inside a patch.
                ("kernel", _, [var pixels, var width]) when array.Contains("patch_projection/", StringComparison.Ordinal)
                    && Math.Round(Math.Sqrt(pixels / 3.0)) is var side && 3 * side * side == pixels =>
                    new([width, 3, 1, (long)side, (long)side],
                        x => x.reshape((long)side, (long)side, 3, width).permute(3, 2, 0, 1).unsqueeze(2)),
                ("kernel", _, [var inputs, var outputs]) => new([outputs, inputs], x => x.t()),
                ("w", "post", [var width, var heads, var head]) => new([width, heads * head], x => x.reshape(width, heads * head)),
                ("w", _, [var width, var heads, var head]) => new([heads * head, width], x => x.reshape(width, heads * head).t()),
                ("b", not "post", [var heads, var head]) => new([heads * head], x => x.flatten()),
                ("emb_var" or "pooling_attention_query", _, [var rows, var width]) => new([1, rows, width], x => x.unsqueeze(0)),
                _ => null,
            };
        }
    }
}
