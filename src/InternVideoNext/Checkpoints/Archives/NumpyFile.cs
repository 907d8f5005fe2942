using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// A NumPy file: an archive of arrays (<c>.npz</c>), each under its name without <c>.npy</c>, or a single array (<c>.npy</c>) under the
/// file's own name. Arrays of Python objects are refused.
/// </summary>
public sealed class NumpyFile : ITensorFile
{
    private const string Suffix = ".npy";
    private const int ChunkBytes = 1 << 24;

    private readonly ZippedFile? _archive;
    private readonly Dictionary<string, NumpyHeader> _headers = new(StringComparer.Ordinal);
    private readonly OrderedNames<SafetensorsEntry> _entries = new();

    private NumpyFile(string path, ZippedFile? archive) => (Path, _archive) = (path, archive);

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens a file; headers are read and checked, numbers are not.</summary>
    /// <exception cref="TensorFileException">It breaks the format, or holds what is refused.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static NumpyFile Open(string path)
    {
        using (var stream = File.OpenRead(path))
        {
            if (stream.ReadByte() == 0x93)
            {
                stream.Position = 0;
                var array = new NumpyFile(path, null);
                array.Add(System.IO.Path.GetFileNameWithoutExtension(path), stream, stream.Length, null);
                return array;
            }
        }

        var archive = ZippedFile.Open(path);
        try
        {
            return Open(archive);
        }
        catch (IOException)
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Takes over an open archive.</summary>
    internal static NumpyFile Open(ZippedFile archive)
    {
        var file = new NumpyFile(archive.Path, archive);
        foreach (var name in archive.Names)
        {
            if (!name.EndsWith(Suffix, StringComparison.Ordinal) || name.Length == Suffix.Length)
                throw new TensorFileException(archive.Path, name, $"not a {Suffix} array: this is no archive of NumPy.");
            archive.Read(name, skip: 0, stream => file.Add(name[..^Suffix.Length], stream, archive.Length(name)!.Value, name));
        }

        return file;
    }

    /// <inheritdoc/>
    public Tensor Read(string name)
    {
        if (!_headers.TryGetValue(name, out var header))
            throw new TensorFileException(Path, name, $"not in this file, which holds {_headers.Count} arrays.");
        if (header.Type.Torch is not { } type)
            throw new TensorFileException(Path, name, $"torch has no type for {header.Type}.");
        using var scope = NewDisposeScope();
        long[] stored = header.IsFortran ? [.. header.Shape.Reverse()] : [.. header.Shape];
        var tensor = empty(stored, dtype: type);
        ReadInto(tensor, name, header);
        var turned = header.IsFortran ? tensor.permute([.. Enumerable.Range(0, stored.Length).Select(i => (long)i).Reverse()]) : tensor;
        return turned.contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _archive?.Dispose();

    private void Add(string name, Stream stream, long length, string? part)
    {
        var header = NumpyHeader.Read(stream, Path, part);
        if (header.DataStart + header.ByteCount != length)
            throw new TensorFileException(
                Path, part, $"its header speaks of {header.ByteCount} bytes of numbers, but there are {length - header.DataStart}.");
        _headers.Add(name, header);
        _entries.TryAdd(name, new SafetensorsEntry(name, header.Type, header.Shape, 0, header.ByteCount));
    }

    private void ReadInto(Tensor tensor, string name, NumpyHeader header)
    {
        if (_archive is { } archive)
        {
            archive.Read(name + Suffix, header.DataStart, stream => Fill(tensor, stream));
            return;
        }

        using var file = File.OpenRead(Path);
        file.Position = header.DataStart;
        try
        {
            Fill(tensor, file);
        }
        catch (InvalidDataException e)
        {
            throw new TensorFileException(Path, null, e.Message, e);
        }
    }

    /// <summary>Fills a contiguous CPU tensor with the next bytes of a stream.</summary>
    /// <exception cref="InvalidDataException">An element of a boolean tensor is neither 0 nor 1.</exception>
    /// <exception cref="EndOfStreamException">The stream ends early.</exception>
    internal static void Fill(Tensor tensor, Stream stream)
    {
        if (tensor.numel() == 0) return;
        using var scope = NewDisposeScope();
        var flat = tensor.view(-1);
        var (width, count) = (tensor.element_size(), tensor.numel());
        for (var done = 0L; done < count;)
        {
            var part = Math.Min(ChunkBytes / width, count - done);
            var bytes = flat.narrow(0, done, part).bytes;
            stream.ReadExactly(bytes);
            if (tensor.dtype == ScalarType.Bool && bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) >= 0)
                throw new InvalidDataException("an element of a boolean array is neither 0 nor 1.");
            done += part;
        }
    }
}
