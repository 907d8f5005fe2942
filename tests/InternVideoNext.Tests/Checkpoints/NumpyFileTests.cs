using System.IO.Compression;
using InternVideoNext.Checkpoints;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class NumpyFileTests : IDisposable
{
    private const string Header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    private static readonly byte[] Six = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CompressionLevel.NoCompression, 1)]
    [InlineData(CompressionLevel.Optimal, 2)]
    public void Open_Archive_EveryArrayUnderItsName(CompressionLevel level, byte version)
    {
        using var scope = NewDisposeScope();
        RawPickle.Archive(
            _folder["a.npz"],
            [
                ("params/ln/scale.npy", RawPickle.Numpy(Header, Six, version)),
                ("turned.npy", RawPickle.Numpy(Header.Replace("False", "True", StringComparison.Ordinal), Six, version)),
                ("scalar.npy",
                    RawPickle.Numpy("{'descr': '<i8', 'fortran_order': False, 'shape': (), }", BitConverter.GetBytes(7L), version)),
                ("line.npy", RawPickle.Numpy("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", Six, version)),
            ],
            level);
        using var file = TensorFile.Open(_folder["a.npz"]);
        Assert.Equal(
            ["params/ln/scale F32[2, 3]", "turned F32[2, 3]", "scalar I64[]", "line F32[6]"],
            file.Entries.Values.Select(entry => $"{entry.Name} {entry.Description}"));
        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Read("params/ln/scale").data<float>().ToArray());
        Assert.Equal([0f, 2, 4, 1, 3, 5], file.Read("turned").data<float>().ToArray());
        Assert.Equal(7, file.Read("scalar").item<long>());
        Assert.Equal(6, file.Read("line").shape[0]);
    }

    [Fact]
    public void Open_SingleArray_BearsTheFilesName()
    {
        File.WriteAllBytes(_folder["table.npy"], RawPickle.Numpy(Header, Six));
        using var file = TensorFile.Open(_folder["table.npy"]);
        using var tensor = file.Read("table");
        Assert.Equal([2, 3], tensor.shape);
        Assert.Equal(5, tensor[1, 2].item<float>());
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "Python objects")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "not the dictionary")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", "'>f4'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }", "speaks of 32 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "not the dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "more elements")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999, 99999999999), }", "more elements")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", "not the dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': __import__('os')}", "not the dictionary")]
    [InlineData("__import__('os').system('id')", "not the dictionary")]
    public void Open_HeadersThatAreRefused_SayWhy(string header, string part)
    {
        RawPickle.Archive(_folder["a.npz"], [("x.npy", RawPickle.Numpy(header, Six))]);
        var error = Assert.Throws<TensorFileException>(() => TensorFile.Open(_folder["a.npz"]));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("x.npy", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x.npy")]
    [InlineData("/etc/x.npy")]
    [InlineData("a/../../x.npy")]
    [InlineData("a\\x.npy")]
    public void Open_NamesThatLeadOutOfAFolder_AreRefused(string name)
    {
        RawPickle.Archive(_folder["a.npz"], [(name, RawPickle.Numpy(Header, Six))]);
        var error = Assert.Throws<TensorFileException>(() => TensorFile.Open(_folder["a.npz"]));
        Assert.Contains("relative path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ZipBomb_IsRefusedBeforeAnythingIsUnpacked()
    {
        var zeros = new byte[96 << 20];
        var header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({zeros.Length},), }}";
        RawPickle.Archive(_folder["a.npz"], [("x.npy", RawPickle.Numpy(header, zeros))], CompressionLevel.SmallestSize);
        Assert.InRange(new FileInfo(_folder["a.npz"]).Length, 1, 1 << 20);
        Assert.Contains(
            "times as many", Assert.Throws<TensorFileException>(() => TensorFile.Open(_folder["a.npz"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherArchives_SayWhatTheyAreNot()
    {
        RawPickle.Archive(_folder["a.zip"], [("readme.txt", Six)]);
        Assert.Contains("neither", Refusal(), StringComparison.Ordinal);
        RawPickle.Archive(_folder["a.zip"], [("a.npy", RawPickle.Numpy(Header, Six)), ("readme.txt", Six)]);
        Assert.Contains("readme.txt", Refusal(), StringComparison.Ordinal);
        RawPickle.Archive(_folder["a.zip"], [("a.npy", RawPickle.Numpy(Header, Six)), ("a.npy", RawPickle.Numpy(Header, Six))]);
        Assert.Contains("two entries", Refusal(), StringComparison.Ordinal);
        File.WriteAllBytes(_folder["a.zip"], [(byte)'P', (byte)'K', 3, 4, 0, 0]);
        Assert.Contains("damaged", Refusal(), StringComparison.Ordinal);

        string Refusal() => Assert.Throws<TensorFileException>(() => TensorFile.Open(_folder["a.zip"])).Message;
    }
}
