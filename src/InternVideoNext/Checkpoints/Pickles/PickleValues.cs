namespace InternVideoNext.Checkpoints;

/// <summary>The name of a Python function or class in a pickle: a name and nothing else, nothing is imported.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A list of a pickle; also its sets, whose order is that of the file.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dictionary of a pickle, in the file's order; also an <c>OrderedDict</c> and the attributes of a <c>Namespace</c>.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}

/// <summary>A tuple of a pickle.</summary>
internal sealed record PickleTuple(IReadOnlyList<object?> Items);

/// <summary>Something that is named in a pickle and has no numbers: a device, an element type.</summary>
internal sealed record PickleName(string Text);

/// <summary>The memory that tensors of a file share.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Element type; null for bytes.</param>
/// <param name="Count">Elements.</param>
internal sealed record PickledStorage(string Key, SafetensorsType Type, long Count);

/// <summary>A tensor as a view of a storage.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    /// <summary>Elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Whether its elements lie one after the other.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var i = Shape.Count - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected) return false;
                expected *= Shape[i];
            }

            return true;
        }
    }
}
