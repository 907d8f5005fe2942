namespace InternVideoNext.Checkpoints;

/// <summary>The names that a PyTorch file of tensors needs, and what they mean here.</summary>
internal sealed class TorchGlobals : IPickleGlobals
{
    private const int MostDimensions = 64;

    private static readonly Dictionary<string, string> Storages = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = "F32",
        ["DoubleStorage"] = "F64",
        ["HalfStorage"] = "F16",
        ["BFloat16Storage"] = "BF16",
        ["LongStorage"] = "I64",
        ["IntStorage"] = "I32",
        ["ShortStorage"] = "I16",
        ["CharStorage"] = "I8",
        ["ByteStorage"] = "U8",
        ["BoolStorage"] = "BOOL",
        ["ComplexFloatStorage"] = "C64",
    };

    private static readonly HashSet<string> ElementTypes = new(StringComparer.Ordinal)
    {
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "float", "double", "half", "long",
    };

    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "collections.OrderedDict", "collections.defaultdict", "argparse.Namespace", "builtins.dict", "builtins.set", "builtins.list",
        "builtins.int", "builtins.float", "__builtin__.set", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", "torch.Size", "torch.device",
        "torch.serialization._get_layout",
    };

    private readonly List<PickledStorage> _storages = [];

    /// <summary>Every storage that the file refers to.</summary>
    public IReadOnlyList<PickledStorage> StorageList => _storages;

    /// <inheritdoc/>
    public bool Knows(PickleGlobal global) => Functions.Contains(global.ToString())
        || (global.Module == "torch" && (Storages.ContainsKey(global.Name) || ElementTypes.Contains(global.Name)))
        || (global.Module == "torch.storage" && global.Name is "UntypedStorage" or "TypedStorage");

    /// <inheritdoc/>
    public object? Call(PickleGlobal global, IReadOnlyList<object?> arguments) => (global.ToString(), arguments) switch
    {
        ("collections.OrderedDict" or "builtins.dict" or "collections.defaultdict", []) => new PickleDictionary(),
        ("collections.defaultdict", [PickleGlobal]) => new PickleDictionary(),
        ("collections.OrderedDict", [PickleList pairs]) => Dictionary(pairs),
        ("builtins.set" or "builtins.list" or "__builtin__.set", []) => new PickleList(),
        ("builtins.set" or "builtins.list" or "__builtin__.set", [PickleList items]) => items,
        ("argparse.Namespace", []) => new PickleNamespace(),
        ("torch.Size", [PickleTuple sizes]) => sizes,
        ("torch.device", [string kind, ..]) => new PickleName(kind),
        ("torch.serialization._get_layout", [string layout]) => new PickleName(layout),
        ("torch._utils._rebuild_parameter", [PickledTensor tensor, ..]) => tensor,
        ("torch._utils._rebuild_parameter_with_state", [PickledTensor tensor, ..]) => tensor,
        ("torch._utils._rebuild_tensor" or "torch._utils._rebuild_tensor_v2",
            [PickledStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..]) => Tensor(storage, offset, shape, strides),
        _ => throw new FormatException($"the pickle calls {global} with arguments that it does not take."),
    };

    /// <inheritdoc/>
    public object? Load(object? persistentId)
    {
        if (persistentId is not PickleTuple { Items: ["storage", var kind, string key, string, long count, ..] } id)
            throw new FormatException("a persistent id of the pickle is no storage.");
        if (id.Items.Count > 5 && id.Items[5] is not null)
            throw new FormatException("a storage is a view of another, as files of before 2017 have them: save it anew.");
        var type = kind is PickleGlobal { Module: "torch" } named && Storages.TryGetValue(named.Name, out var name)
            ? SafetensorsType.Find(name)!
            : throw new FormatException($"a storage of elements that are not read here ({kind}).");
        if (count < 0 || count > long.MaxValue / 16) throw new FormatException($"a storage of {count} elements.");
        var storage = new PickledStorage(key, type, count);
        _storages.Add(storage);
        return storage;
    }

    private static PickleDictionary Dictionary(PickleList pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs.Items)
            dictionary.Items.Add(pair switch
            {
                PickleTuple { Items: [var key, var value] } => new(key, value),
                PickleList { Items: [var key, var value] } => new(key, value),
                _ => throw new FormatException("an OrderedDict is made of what are no pairs."),
            });
        return dictionary;
    }

    private static PickledTensor Tensor(PickledStorage storage, long offset, PickleTuple shape, PickleTuple strides)
    {
        var (sizes, steps) = (Numbers(shape), Numbers(strides));
        if (sizes.Count != steps.Count || sizes.Count > MostDimensions)
            throw new FormatException($"a tensor of {sizes.Count} sizes and {steps.Count} strides.");
        try
        {
            var count = sizes.Aggregate(1L, (product, size) => checked(product * size));
            var last = sizes.Zip(steps, (size, step) => checked((size - 1) * step)).Aggregate(offset, (sum, reach) => checked(sum + reach));
            // No more elements than its storage: strides of 0 could make much of nothing.
            if (offset < 0 || count > storage.Count || (count > 0 && last >= storage.Count))
                throw new FormatException(
                    $"a tensor {ShapeText.Of(sizes)} does not lie inside its storage of {storage.Count} elements.");
        }
        catch (OverflowException e)
        {
            throw new FormatException($"a tensor {ShapeText.Of(sizes)} has more elements than can be.", e);
        }

        return new PickledTensor(storage, offset, sizes, steps);
    }

    private static List<long> Numbers(PickleTuple tuple) =>
    [
        .. tuple.Items.Select(
            item => item is long and >= 0 ? (long)item : throw new FormatException("a size or stride is no whole number.")),
    ];
}
