using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// A PyTorch file (<c>.pt</c>, <c>.pth</c>, <c>.bin</c>), zipped as since 1.6 or in the older form. Its pickle is read as data: nested
/// dictionaries and lists of tensors become tensors under names joined by dots; numbers and texts are its metadata.
/// </summary>
public sealed class TorchFile : ITensorFile
{
    private const string Pickle = "data.pkl";
    private const long MostPickle = 256L << 20;
    private const int MostTensors = 1_000_000;
    private const int MostValues = 4_000_000;
    private const int MostDepth = 64;
    private const int MostMetadata = 200;
    private const int LegacyProtocol = 1001;

    private static readonly BigInteger LegacyMagic =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly OrderedNames<SafetensorsEntry> _entries = new();
    private readonly Dictionary<string, PickledTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Action<PickledStorage, long, Tensor> _read;
    private readonly IDisposable? _held;
    private int _values;

    private TorchFile(string path, IDisposable? held, Action<PickledStorage, long, Tensor> read) =>
        (Path, _held, _read) = (path, held, read);

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Opens a zipped file.</summary>
    /// <exception cref="TensorFileException">It breaks the format, or asks for what is refused.</exception>
    internal static TorchFile Open(ZippedFile archive)
    {
        var pickles = archive.Names.Where(name => name == Pickle || name.EndsWith("/" + Pickle, StringComparison.Ordinal)).ToList();
        if (pickles is not [var pickle])
            throw new TensorFileException(
                archive.Path, null,
                pickles.Count == 0 ? "a zip archive with neither a PyTorch pickle nor NumPy arrays in it." : "two pickles in one archive.");
        var root = pickle[..^Pickle.Length];
        if (archive.Length(root + "byteorder") is { } length and < 16) RequireLittleEndian(archive, root, (int)length);
        if (archive.Length(pickle) > MostPickle)
            throw new TensorFileException(archive.Path, pickle, $"{archive.Length(pickle)} bytes; more than {MostPickle} are refused.");
        var globals = new TorchGlobals();
        object? value = null;
        archive.Read(pickle, skip: 0, stream => value = ReadPickle(archive.Path, stream, globals));
        foreach (var storage in globals.StorageList)
            RequireLength(archive.Path, storage, archive.Length($"{root}data/{storage.Key}"));
        var file = new TorchFile(
            archive.Path, archive,
            (storage, offset, tensor) => archive.Read(
                $"{root}data/{storage.Key}", offset * storage.Type.Bits / 8, stream => NumpyFile.Fill(tensor, stream)));
        file.Name("", value, depth: 0);
        return file;
    }

    /// <summary>Opens a file of the form before PyTorch 1.6: pickles one after the other, then the storages.</summary>
    /// <exception cref="TensorFileException">It breaks the format, or asks for what is refused.</exception>
    internal static TorchFile OpenLegacy(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        var globals = new TorchGlobals();
        if (ReadPickle(path, stream, globals) is not BigInteger magic || magic != LegacyMagic)
            throw new TensorFileException(
                path, null, "a pickle, but not a PyTorch file of tensors. If it is a plain pickle, save its state_dict by torch.save.");
        if (ReadPickle(path, stream, globals) is not (long)LegacyProtocol)
            throw new TensorFileException(path, null, $"not version {LegacyProtocol} of PyTorch's older form.");
        if (ReadPickle(path, stream, globals) is PickleDictionary system
            && system.Items.Any(item => item is { Key: "little_endian", Value: false }))
            throw new TensorFileException(path, null, "written on a big-endian machine, which is not read here.");
        var value = ReadPickle(path, stream, globals);
        var places = StoragePlaces(path, stream, globals);
        var file = new TorchFile(path, null, (storage, offset, tensor) =>
        {
            using var again = File.OpenRead(path);
            again.Position = places[storage.Key] + (offset * storage.Type.Bits / 8);
            NumpyFile.Fill(tensor, again);
        });
        file.Name("", value, depth: 0);
        return file;
    }

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        if (!_tensors.TryGetValue(name, out var pickled))
            throw new TensorFileException(Path, name, $"not in this file, which holds {_tensors.Count} tensors.");
        if (pickled.Storage.Type.Torch is not { } type)
            throw new TensorFileException(Path, name, $"torch has no type for {pickled.Storage.Type}.");
        using var scope = NewDisposeScope();
        long[] shape = [.. pickled.Shape];
        if (pickled.Count == 0 || pickled.IsContiguous)
        {
            var tensor = empty(shape, dtype: type);
            ReadInto(pickled.Storage, pickled.Offset, tensor, name);
            return tensor.MoveToOuterDisposeScope();
        }

        // From its first element to its last, then as the strides say.
        var reach = pickled.Shape.Zip(pickled.Strides, (size, stride) => (size - 1) * stride).Sum() + 1;
        var part = empty([reach], dtype: type);
        ReadInto(pickled.Storage, pickled.Offset, part, name);
        return part.as_strided(shape, [.. pickled.Strides]).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _held?.Dispose();

    private void ReadInto(PickledStorage storage, long offset, Tensor tensor, string name)
    {
        try
        {
            _read(storage, offset, tensor);
        }
        catch (EndOfStreamException e)
        {
            throw new TensorFileException(Path, name, "the file ends inside its numbers.", e);
        }
        catch (InvalidDataException e)
        {
            throw new TensorFileException(Path, name, e.Message, e);
        }
    }

    private static object? ReadPickle(string path, Stream stream, TorchGlobals globals)
    {
        try
        {
            return PickleReader.Read(stream, globals);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new TensorFileException(path, null, e.Message, e);
        }
        catch (EndOfStreamException e)
        {
            throw new TensorFileException(path, null, "it ends inside its pickle.", e);
        }
    }

    private static void RequireLittleEndian(ZippedFile archive, string root, int length)
    {
        var order = new byte[length];
        archive.Read(root + "byteorder", skip: 0, stream => stream.ReadExactly(order));
        if (!order.AsSpan().SequenceEqual("little"u8))
            throw new TensorFileException(
                archive.Path, root + "byteorder", "not written on a little-endian machine, which is not read here.");
    }

    private static void RequireLength(string path, PickledStorage storage, long? length)
    {
        if (length != storage.Count * storage.Type.Bits / 8)
            throw new TensorFileException(
                path, $"storage {storage.Key}",
                length is null ? "not in this file." : $"{length} bytes where {storage.Count} elements of {storage.Type} are stated.");
    }

    // The keys in the order in which the storages follow, each behind its number of elements.
    private static Dictionary<string, long> StoragePlaces(string path, FileStream stream, TorchGlobals globals)
    {
        if (ReadPickle(path, stream, globals) is not PickleList keys)
            throw new TensorFileException(path, null, "no list of storages behind its pickle.");
        var known = globals.StorageList.DistinctBy(storage => storage.Key).ToDictionary(storage => storage.Key, StringComparer.Ordinal);
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        Span<byte> count = stackalloc byte[8];
        foreach (var item in keys.Items)
        {
            if (item is not string key || !known.TryGetValue(key, out var storage) || stream.ReadAtLeast(count, 8, false) < 8)
                throw new TensorFileException(path, null, "its list of storages is not that of its pickle, or the file ends early.");
            RequireLength(path, storage, BinaryPrimitives.ReadInt64LittleEndian(count) is var elements and >= 0 and < long.MaxValue / 128
                ? elements * storage.Type.Bits / 8 : -1);
            places[key] = stream.Position;
            var end = stream.Position + (storage.Count * storage.Type.Bits / 8);
            if (end > stream.Length) throw new TensorFileException(path, $"storage {key}", "the file ends inside it.");
            stream.Position = end;
        }

        return known.Keys.FirstOrDefault(key => !places.ContainsKey(key)) is { } missing
            ? throw new TensorFileException(path, $"storage {missing}", "not in this file.") : places;
    }

    // Depth and number are limited: a value may be recalled within itself.
    private void Name(string name, object? value, int depth)
    {
        if (depth > MostDepth) throw new TensorFileException(Path, name, $"containers nested more than {MostDepth} deep are refused.");
        if (++_values > MostValues) throw new TensorFileException(Path, null, $"more than {MostValues} values are refused.");
        switch (value)
        {
            case PickledTensor tensor:
                AddTensor(name.Length > 0 ? name : "tensor", tensor);
                break;
            case PickleDictionary dictionary:
                foreach (var (key, item) in dictionary.Items) Name(Join(name, KeyText(key)), item, depth + 1);
                break;
            case PickleNamespace named:
                Name(name, named.Attributes, depth + 1);
                break;
            case PickleList list:
                for (var i = 0; i < list.Items.Count; i++) Name(Join(name, KeyText((long)i)), list.Items[i], depth + 1);
                break;
            case PickleTuple tuple:
                for (var i = 0; i < tuple.Items.Count; i++) Name(Join(name, KeyText((long)i)), tuple.Items[i], depth + 1);
                break;
            case long or double or bool or string when _metadata.Count < MostMetadata:
                _metadata[name] = SafetensorsException.Shorten(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
        }
    }

    private void AddTensor(string name, PickledTensor tensor)
    {
        if (_tensors.Count == MostTensors) throw new TensorFileException(Path, null, $"more than {MostTensors} tensors are refused.");
        if (!_tensors.TryAdd(name, tensor)) throw new TensorFileException(Path, name, "two tensors of one name.");
        var type = tensor.Storage.Type;
        _entries.TryAdd(name, new SafetensorsEntry(name, type, tensor.Shape, 0, tensor.Count * type.Bits / 8));
    }

    private string KeyText(object? key) => key switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => throw new TensorFileException(Path, null, "a key of a dictionary is neither a text nor a whole number."),
    };

    private static string Join(string outer, string inner) => outer.Length == 0 ? inner : $"{outer}.{inner}";
}
