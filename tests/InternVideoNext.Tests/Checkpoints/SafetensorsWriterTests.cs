using System.Buffers.Binary;
using InternVideoNext.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> TensorTypes =>
        [.. SafetensorsType.All.Where(type => type.Torch is not null).Select(type => type.Name)];

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(TensorTypes))]
    public void Write_EveryTypeTorchHas_ComesBackBitForBit(string typeName)
    {
        var type = SafetensorsType.Find(typeName)!;
        var tensor = empty([3, 4], dtype: type.Torch!.Value);
        var bytes = tensor.bytes;
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(typeName == "BOOL" ? i % 2 : i * 37);
        SafetensorsWriter.Write(_folder["a"], Named(("x", tensor), ("t", tensor.t())));
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal($"{typeName}[3, 4]", file.Entries["x"].Description);
        var back = file.Read("x");
        Assert.Equal(type.Torch, back.dtype);
        Assert.True(tensor.bytes.SequenceEqual(back.bytes));
        Assert.True(tensor.t().contiguous().bytes.SequenceEqual(file.Bytes("t")));
    }

    [Fact]
    public void Write_KeepsOrderAndMetadataAndAlignsHeaderAndData()
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["übung"] = "a\"b\n" };
        SafetensorsWriter.Write(
            _folder["a"], Named(("z", tensor(new byte[] { 1, 2, 3 })), ("a", tensor(2.5)), ("<m>", ones(2, dtype: ScalarType.BFloat16))),
            metadata);
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal(["z", "a", "<m>"], file.Entries.Keys);
        Assert.Equal(metadata, file.Metadata.ToDictionary());
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(_folder["a"])) % 8);
        Assert.All(file.Entries.Values, entry => Assert.Equal(0, entry.Begin % (entry.Type.Bits / 8)));
        Assert.Equal(2.5, file.Read("a").item<double>());
        Assert.Empty(file.Read("a").shape);
    }

    [Fact]
    public void Write_GradientSlicedAndExpandedTensors_AreWrittenAsSeen()
    {
        var parameter = nn.Parameter(arange(12, dtype: ScalarType.Float32).view(3, 4));
        SafetensorsWriter.Write(
            _folder["a"],
            Named(("p", parameter), ("s", parameter[TensorIndex.Colon, TensorIndex.Slice(1, 3)]), ("e", tensor(7f).expand(5))));
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal([1f, 2f, 5f, 6f, 9f, 10f], file.Read("s").data<float>().ToArray());
        Assert.Equal([7f, 7f, 7f, 7f, 7f], file.Read("e").data<float>().ToArray());
        Assert.False(file.Read("p").requires_grad);
    }

    [Fact]
    public void Write_TwiceTheSame_GivesTheSameBytesAndLeavesNothingBeside()
    {
        var tensors = Named(("x", arange(5)), ("y", ones(2, 2)));
        SafetensorsWriter.Write(_folder["a"], tensors);
        SafetensorsWriter.Write(_folder["b"], tensors);
        SafetensorsWriter.Write(_folder["a"], tensors);
        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Write_FailingHalfWay_KeepsTheOldFile()
    {
        SafetensorsWriter.Write(_folder["a"], Named(("x", ones(2))));
        var before = File.ReadAllBytes(_folder["a"]);
        SafetensorsItem[] items = [SafetensorsItem.Of("x", ones(2)), new("y", SafetensorsType.Find("F32")!, [3], () => ones(2))];
        Assert.Contains(
            "announced as F32[3] but is Float32[2]",
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["a"], items)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder["a"]));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Write_NameTwiceOrReserved_IsRefused()
    {
        Assert.Contains(
            "'x' is given twice",
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["a"], Named(("x", ones(1)), ("x", ones(1))))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "__metadata__",
            Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_folder["a"], Named(("__metadata__", ones(1))))).Message,
            StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["a"]));
    }

    private static List<KeyValuePair<string, Tensor>> Named(params (string Name, Tensor Tensor)[] tensors) =>
        [.. tensors.Select(t => KeyValuePair.Create(t.Name, t.Tensor))];
}
