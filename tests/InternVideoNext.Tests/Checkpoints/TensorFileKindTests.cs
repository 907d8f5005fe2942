using System.IO.Compression;
using System.Text;
using InternVideoNext.Checkpoints;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class TensorFileKindTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<TensorFileKind, byte[], string> Kinds => new()
    {
        { TensorFileKind.PyTorchArchive, Zip("model/data.pkl"), "a PyTorch checkpoint (a pickle in a zip archive)" },
        { TensorFileKind.Pickle, [0x80, 2, .. "}q\0(X\u0005\0\0\0epochq"u8], "a PyTorch checkpoint (a pickle)" },
        { TensorFileKind.NumpyArchive, Zip("arr_0.npy"), "NumPy arrays" },
        { TensorFileKind.NumpyArray, [0x93, .. "NUMPY\u0001\0v\0{'descr': '<f4'}"u8], "NumPy arrays" },
        { TensorFileKind.Zip, Zip("readme.txt"), "an archive" },
        { TensorFileKind.Archive, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "an archive" },
        { TensorFileKind.LfsPointer, Text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"), "git lfs pull" },
        { TensorFileKind.WebPage, Text("\n<!DOCTYPE html>\n<html><head><title>401</title>"), "a web page" },
        { TensorFileKind.WebPage, Text("<HTML><body>Sign in</body></HTML>"), "a web page" },
        {
            TensorFileKind.ShardIndex, Text("{\n  \"metadata\": {},\n  \"weight_map\": {\"a\": \"model-1.safetensors\"}\n}"),
            "the index of a sharded checkpoint"
        },
        { TensorFileKind.Json, Text("{ \"hidden_size\": 768 }"), "a JSON file" },
        { TensorFileKind.Hdf5, [0x89, .. "HDF\r\n\u001a\n\0\0\0\0"u8], "HDF5" },
        { TensorFileKind.Gguf, [.. "GGUF"u8, 3, 0, 0, 0, 0, 0, 0, 0], "GGUF" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Open_FileOfAnotherKind_SaysWhatItIs(TensorFileKind kind, byte[] bytes, string expected)
    {
        File.WriteAllBytes(_folder["model.safetensors"], bytes);
        Assert.Equal(kind, TensorFileKinds.Of(_folder["model.safetensors"]));
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsCheckpoint.Open(_folder["model.safetensors"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("model.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x0280)] // the first two bytes of a pickle
    [InlineData(0x4B50)] // those of a zip archive
    [InlineData('{')]
    public void Of_SafetensorsWhoseLengthLooksLikeAnotherKind_IsSafetensors(int length)
    {
        var header = "{" + new string(' ', length - 2) + "}";
        var bytes = RawSafetensors.Bytes(header, 0);
        Assert.Equal(TensorFileKind.Safetensors, TensorFileKinds.Of(bytes));
        File.WriteAllBytes(_folder["a"], bytes);
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Empty(file.Entries);
    }

    [Fact]
    public void Of_NothingKnown_IsUnknownAndNamesNoRemedy()
    {
        Assert.Equal(TensorFileKind.Unknown, TensorFileKinds.Of([]));
        Assert.Equal(TensorFileKind.Unknown, TensorFileKinds.Of("\u0001\u0002 neither"u8));
        Assert.Null(TensorFileKinds.Remedy(TensorFileKind.Unknown));
        Assert.Null(TensorFileKinds.Remedy(TensorFileKind.Safetensors));
        Assert.All(Enum.GetValues<TensorFileKind>().Except([TensorFileKind.Unknown, TensorFileKind.Safetensors]),
            kind => Assert.NotNull(TensorFileKinds.Remedy(kind)));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Zip(string member)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry(member).Open())
            entry.Write("content"u8);
        return bytes.ToArray();
    }
}
