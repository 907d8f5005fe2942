using System.IO.MemoryMappedFiles;
using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// A safetensors file, memory-mapped: opening it reads and checks the header only, and a tensor's bytes are touched when it is read.
/// A file must not be shortened by another program while it is open here.
/// </summary>
public sealed unsafe class SafetensorsFile : ITensorSource, IDisposable
{
    private const long ChunkBytes = 1 << 28;

    private readonly SafetensorsHeader _header;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    private SafetensorsFile(string path, FileStream file)
    {
        Path = path;
        var length = file.Length;
        if (length < SafetensorsHeader.PrefixLength)
            SafetensorsHeader.Parse([], length, path); // An empty file can't be mapped; this says what is wrong with it.
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
        try
        {
            var most = Math.Min(length, SafetensorsHeader.PrefixLength + SafetensorsHeader.MaximumLength);
            _header = SafetensorsHeader.Parse(new ReadOnlySpan<byte>(_start, (int)most), length, path);
        }
        catch (SafetensorsException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The file's path, as given to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>The tensors' descriptions by name, in the header's order.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The header's <c>__metadata__</c>; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SafetensorsException">The file breaks the format; the message says how.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (Directory.Exists(path)) throw new SafetensorsException(path, null, "it is a folder; name a file in it.");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return new SafetensorsFile(path, file);
    }

    /// <summary>Reads one tensor: a new CPU tensor of its own type, copied out of the map, in the caller's dispose scope.</summary>
    /// <param name="name">One of <see cref="Entries"/>.</param>
    /// <returns>The tensor, of the entry's shape.</returns>
    /// <exception cref="SafetensorsException">
    /// There is no such tensor, torch has no type for it, or a boolean is neither 0 nor 1.
    /// </exception>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        var type = entry.Type.Torch
            ?? throw new SafetensorsException(
                Path, name,
                $"its type {entry.Type} is known to the format but not to torch: it can be listed and copied, not read as a tensor.");
        using var scope = NewDisposeScope();
        var tensor = empty([.. entry.Shape], dtype: type);
        var flat = tensor.view(-1);
        var width = entry.Type.Bits / 8;
        for (var done = 0L; done < entry.ByteCount; done += ChunkBytes)
        {
            var bytes = Data(entry, done, Math.Min(ChunkBytes, entry.ByteCount - done));
            if (type == ScalarType.Bool && bytes.IndexOfAnyExceptInRange((byte)0, (byte)1) is var wrong and >= 0)
                throw new SafetensorsException(
                    Path, name, $"element {done + wrong} of this BOOL tensor is {bytes[wrong]}, neither 0 nor 1.");
            bytes.CopyTo(flat.narrow(0, done / width, bytes.Length / width).bytes);
        }

        GC.KeepAlive(this); // The map must outlive the copying even if this was the last use of it.
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>A tensor's bytes in the map, valid until the file is disposed.</summary>
    /// <param name="name">One of <see cref="Entries"/>, of at most 2^31 - 1 bytes.</param>
    /// <exception cref="SafetensorsException">There is no such tensor, or it is too long for a span.</exception>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        var entry = Find(name);
        if (entry.ByteCount > int.MaxValue)
            throw new SafetensorsException(
                Path, name, $"its {entry.ByteCount} bytes are more than one span can hold: read it as a tensor.");
        return Data(entry, 0, entry.ByteCount);
    }

    /// <summary>Unmaps the file. Spans taken from it become invalid; tensors read from it stay.</summary>
    public void Dispose()
    {
        if (_start == null)
            return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private ReadOnlySpan<byte> Data(SafetensorsEntry entry, long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_start == null, this);
        return new ReadOnlySpan<byte>(_start + _header.DataStart + entry.Begin + offset, (int)length);
    }

    private SafetensorsEntry Find(string name) => Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new SafetensorsException(
            Path, name,
            $"not in this file, which holds {Entries.Count} "
            + $"tensors{(Entries.Count == 0 ? "" : $", '{SafetensorsException.Shorten(Entries.Keys.First())}' among them")}.");
}
