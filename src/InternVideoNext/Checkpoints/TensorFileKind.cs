using System.Buffers.Binary;
using System.Text;

namespace InternVideoNext.Checkpoints;

/// <summary>What a file that should hold tensors is.</summary>
public enum TensorFileKind
{
    /// <summary>Nothing that is known here, or too damaged to tell.</summary>
    Unknown,

    /// <summary>A safetensors file.</summary>
    Safetensors,

    /// <summary>PyTorch's format since 1.6: a zip archive of a pickle and the tensors' bytes.</summary>
    PyTorchArchive,

    /// <summary>A bare pickle: PyTorch's format before 1.6, or any Python object.</summary>
    Pickle,

    /// <summary>NumPy's archive of arrays, <c>.npz</c>.</summary>
    NumpyArchive,

    /// <summary>Another zip archive.</summary>
    Zip,

    /// <summary>One array of NumPy, <c>.npy</c>.</summary>
    NumpyArray,

    /// <summary>A pointer of Git LFS in place of the file.</summary>
    LfsPointer,

    /// <summary>A web page, as a download without access brings it.</summary>
    WebPage,

    /// <summary>The index of a sharded checkpoint.</summary>
    ShardIndex,

    /// <summary>Other JSON.</summary>
    Json,

    /// <summary>HDF5, as Keras writes it.</summary>
    Hdf5,

    /// <summary>GGUF, quantised weights.</summary>
    Gguf,

    /// <summary>A compressed file or a tar archive.</summary>
    Archive,
}

/// <summary>Tells kinds of files apart by their first bytes, and what to do with those that are not read.</summary>
public static class TensorFileKinds
{
    /// <summary>The bytes that are enough to tell.</summary>
    public const int BytesNeeded = 4096;

    private const int TarMagicAt = 257, ZipNameLengthAt = 26, ZipNameAt = 30;

    private static readonly UTF8Encoding Utf8 = new();

    /// <summary>The kind of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TensorFileKind Of(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var start = new byte[BytesNeeded];
        return Of(start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }

    /// <summary>The kind of a file by its first bytes.</summary>
    /// <param name="start">All of it, or at least <see cref="BytesNeeded"/>.</param>
    public static TensorFileKind Of(ReadOnlySpan<byte> start)
    {
        // First, for a header's length may look like the beginning of anything.
        if (start.Length > SafetensorsHeader.PrefixLength && start[SafetensorsHeader.PrefixLength] == (byte)'{'
            && BinaryPrimitives.ReadUInt64LittleEndian(start) <= SafetensorsHeader.MaximumLength) return TensorFileKind.Safetensors;
        if (start.StartsWith("PK\x03\x04"u8)) return OfZip(start);
        if (start.Length > 2 && start[0] == 0x80 && start[1] is >= 2 and <= 5) return TensorFileKind.Pickle;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8])) return TensorFileKind.NumpyArray;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, .. "HDF"u8])) return TensorFileKind.Hdf5;
        if (start.StartsWith("GGUF"u8)) return TensorFileKind.Gguf;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) || start.StartsWith("BZh"u8)
            || start.StartsWith((ReadOnlySpan<byte>)[0xFD, .. "7z"u8])
            || (start.Length > TarMagicAt && start[TarMagicAt..].StartsWith("ustar"u8))) return TensorFileKind.Archive;
        return OfText(Utf8.GetString(start[..Math.Min(start.Length, BytesNeeded)]).TrimStart('\uFEFF', ' ', '\t', '\r', '\n'));
    }

    /// <summary>What a file of a kind is and what to do with it, as a sentence; null for safetensors and the unknown.</summary>
    /// <param name="kind">The kind.</param>
    public static string? Remedy(TensorFileKind kind) => kind switch
    {
        TensorFileKind.PyTorchArchive or TensorFileKind.Pickle =>
            $"a PyTorch checkpoint ({(kind == TensorFileKind.Pickle ? "a pickle" : "a pickle in a zip archive")}), not safetensors. "
            + "Convert it in Python: from safetensors.torch import save_file; save_file(torch.load(FILE, map_location='cpu', "
            + "weights_only=True), 'model.safetensors')",
        TensorFileKind.NumpyArchive or TensorFileKind.NumpyArray =>
            "NumPy arrays, not safetensors. Convert them in Python: from safetensors.numpy import save_file; "
            + "save_file(dict(numpy.load(FILE)), 'model.safetensors')",
        TensorFileKind.LfsPointer =>
            "a pointer of Git LFS, not the weights themselves. Fetch them with 'git lfs pull', or download the file from its own page",
        TensorFileKind.WebPage =>
            "a web page, not weights: a download brought a page instead of the file (a login, a licence to accept, an error). "
            + "Download it again from the file's own address",
        TensorFileKind.ShardIndex =>
            "the index of a sharded checkpoint. Name the folder that it lies in beside its shards, or keep its name, "
            + "model.safetensors.index.json",
        TensorFileKind.Json => "a JSON file, not weights. Name the .safetensors file, or its folder",
        TensorFileKind.Hdf5 => "an HDF5 file (Keras), not safetensors",
        TensorFileKind.Gguf => "a GGUF file of quantised weights, not safetensors",
        TensorFileKind.Zip or TensorFileKind.Archive => "an archive, not safetensors. Unpack it and name the file inside",
        _ => null,
    };

    // PyTorch's first member is NAME/data.pkl, NumPy's members are arrays.
    private static TensorFileKind OfZip(ReadOnlySpan<byte> start)
    {
        if (start.Length < ZipNameAt) return TensorFileKind.Zip;
        var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(start[ZipNameLengthAt..]), start.Length - ZipNameAt);
        var name = Utf8.GetString(start.Slice(ZipNameAt, length));
        return name.EndsWith(".npy", StringComparison.Ordinal) ? TensorFileKind.NumpyArchive
            : name.EndsWith("/data.pkl", StringComparison.Ordinal) || name.EndsWith("/.format_version", StringComparison.Ordinal)
                ? TensorFileKind.PyTorchArchive : TensorFileKind.Zip;
    }

    private static TensorFileKind OfText(string text) => text switch
    {
        _ when text.StartsWith("version https://git-lfs", StringComparison.Ordinal) => TensorFileKind.LfsPointer,
        _ when text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) => TensorFileKind.WebPage,
        _ when text.StartsWith('{') && text.Contains("\"weight_map\"", StringComparison.Ordinal) => TensorFileKind.ShardIndex,
        _ when text.StartsWith('{') && text.AsSpan(1).TrimStart().StartsWith("\"") => TensorFileKind.Json,
        _ => TensorFileKind.Unknown,
    };
}
