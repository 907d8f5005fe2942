using InternVideoNext.Checkpoints;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class TorchFileTests : IDisposable
{
    // A tensor [2] of one FloatStorage "0" of two elements, without its outer calls.
    private const string Rebuild = "ctorch._utils\n_rebuild_tensor_v2\n";
    private static readonly byte[] Eight = [0, 0, 128, 63, 0, 0, 0, 64];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("zipped-protocol2.pt")]
    [InlineData("zipped-protocol4.pt")]
    [InlineData("legacy.pth")]
    public void Open_FilesAsPyTorchWritesThem_EveryTensorUnderItsName(string name)
    {
        using var scope = NewDisposeScope();
        using var file = TensorFile.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pickles", name));
        Assert.Equal(
            [
                "model.blocks.0.weight F32[2, 3]", "model.blocks.0.turned F32[3, 2]", "model.half F16[2]", "model.scalar I64[]",
                "flags.0 BOOL[2]",
            ],
            file.Entries.Values.Select(entry => $"{entry.Name} {entry.Description}"));
        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Read("model.blocks.0.weight").data<float>().ToArray());
        Assert.Equal([6f, 9, 7, 10, 8, 11], file.Read("model.blocks.0.turned").data<float>().ToArray());
        Assert.Equal(-2f, file.Read("model.half").to(float32)[1].item<float>());
        Assert.Equal(7, file.Read("model.scalar").item<long>());
        Assert.Equal([true, false], file.Read("flags.0").data<bool>().ToArray());
        Assert.Equal("12", file.Metadata["epoch"]);
        Assert.Equal("0.25", file.Metadata["rate"]);
        Assert.Equal("a", file.Metadata["names.0"]);
        Assert.Contains("not in this file", Assert.Throws<TensorFileException>(() => file.Read("half")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HostilePickles_EachIsRefusedByName()
    {
        foreach (var (what, pickle, part) in new (string, byte[], string)[]
            {
                ("reduce", RawPickle.Bytes("cos\nsystem\n(", RawPickle.Text("echo hello"), "tR"), "os.system"),
                ("posix", RawPickle.Bytes("cposix\nsystem\n(", RawPickle.Text("id"), "tR"), "posix.system"),
                ("builtins", RawPickle.Bytes("cbuiltins\neval\n(", RawPickle.Text("1"), "tR"), "builtins.eval"),
                ("stack global", RawPickle.Bytes(RawPickle.Text("subprocess"), RawPickle.Text("Popen"), "\x93", ")R"), "subprocess.Popen"),
                ("inst", RawPickle.Bytes("(ios\nsystem\n"), "os.system"),
                ("obj", RawPickle.Bytes("(N", "o"), "an object"),
                ("newobj", RawPickle.Bytes("ctorch.nn.modules.linear\nLinear\n)\x81"), "torch.nn.modules.linear.Linear"),
                ("extension", RawPickle.Bytes("\x82\x01"), "extension"),
                ("numpy", RawPickle.Bytes("cnumpy.core.multiarray\n_reconstruct\n)R"), "numpy.core.multiarray._reconstruct"),
                ("a storage's method", RawPickle.Bytes("ctorch.storage\n_load_from_bytes\n)R"), "torch.storage._load_from_bytes"),
                ("known function, other arguments", RawPickle.Bytes(Rebuild + ")R"), "arguments"),
                ("call of a value", RawPickle.Bytes("N)R"), "no function"),
                ("unknown persistent id", RawPickle.Bytes("NQ"), "persistent id"),
                ("unknown word", RawPickle.Bytes("\xff"), "operation 0xff"),
                ("huge text", RawPickle.Bytes("X", RawPickle.Number(int.MaxValue)), "more than"),
                ("huge text, 8 bytes", RawPickle.Bytes("\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"), "more than"),
                ("huge number", RawPickle.Bytes("\x8b", RawPickle.Number(1 << 30)), "whole number"),
                ("deep nesting", RawPickle.Bytes(new string('(', 100_000), new string('l', 100_000)), "nested more than"),
                ("within itself", RawPickle.Bytes("]q\x01h\x01", "a"), "nested more than"),
                ("laughs", Laughs(), "values are refused"),
                ("empty stack", RawPickle.Bytes("0"), "empty stack"),
                ("two values", RawPickle.Bytes("NN"), "not one value"),
                ("early end", RawPickle.Bytes("(N")[..^1], "ends inside its pickle"),
                ("no value to recall", RawPickle.Bytes("h\x07"), "no value 7"),
                ("odd dictionary", RawPickle.Bytes("}(Nu"), "without a value"),
            })
        {
            RawPickle.Write(_folder["hostile.pt"], pickle);
            var error = Assert.Throws<TensorFileException>(() => TensorFile.Open(_folder["hostile.pt"]));
            Assert.True(error.Message.Contains(part, StringComparison.Ordinal), $"{what}: {error.Message}");
            Assert.StartsWith(_folder["hostile.pt"], error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, 2, 1, null)]
    [InlineData(1, 2, 1, "does not lie inside its storage")]
    [InlineData(0, 3, 1, "does not lie inside its storage")]
    [InlineData(0, 2, 2, "does not lie inside its storage")]
    [InlineData(0, 1000, 0, "does not lie inside its storage")]
    [InlineData(-1, 2, 1, "does not lie inside its storage")]
    [InlineData(0, -2, 1, "whole number")]
    public void Open_ViewsOfAStorage_MustLieInsideIt(int offset, int size, int stride, string? refusal)
    {
        RawPickle.Write(_folder["a.pt"], Tensor(offset, size, stride, count: 2), ("0", Eight));
        if (refusal is null)
        {
            using var file = TensorFile.Open(_folder["a.pt"]);
            using var tensor = file.Read("x");
            Assert.Equal([1f, 2], tensor.data<float>().ToArray());
            return;
        }
        var error = Assert.Throws<TensorFileException>(() => TensorFile.Open(_folder["a.pt"]));
        Assert.Contains(refusal, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_StoragesThatAreNotAsStated_AreRefused()
    {
        RawPickle.Write(_folder["a.pt"], Tensor(0, 2, 1, count: 2));
        Assert.Contains("not in this file", Refusal(), StringComparison.Ordinal);
        RawPickle.Write(_folder["a.pt"], Tensor(0, 2, 1, count: 2), ("0", [1, 2, 3]));
        Assert.Contains("3 bytes where 2 elements", Refusal(), StringComparison.Ordinal);
        RawPickle.Write(_folder["a.pt"], Tensor(0, 2, 1, count: int.MaxValue), ("0", Eight));
        Assert.Contains("8 bytes where 2147483647 elements", Refusal(), StringComparison.Ordinal);
        RawPickle.Archive(_folder["a.pt"], [("m/data.pkl", Tensor(0, 2, 1, 2)), ("m/data/0", Eight), ("m/byteorder", "big"u8.ToArray())]);
        Assert.Contains("little-endian", Refusal(), StringComparison.Ordinal);
        RawPickle.Archive(_folder["a.pt"], [("m/data.pkl", Tensor(0, 2, 1, 2)), ("n/data.pkl", Tensor(0, 2, 1, 2))]);
        Assert.Contains("two pickles", Refusal(), StringComparison.Ordinal);
        RawPickle.Archive(_folder["a.pt"], [("m/data.pkl", Tensor(0, 2, 1, 2)), ("m/../../data/0", Eight)]);
        Assert.Contains("..", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TheTwinsTrace_AClassOfTorchScriptIsRefused()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "benchmarks", "twin-trace.pt");
        Assert.Contains("__torch__", Assert.Throws<TensorFileException>(() => TensorFile.Open(path)).Message, StringComparison.Ordinal);
    }

    private string Refusal() => Assert.Throws<TensorFileException>(() => TensorFile.Open(_folder["a.pt"])).Message;

    // {"x": a tensor}
    internal static byte[] Tensor(int offset, int size, int stride, int count) => RawPickle.Bytes(
        "}", RawPickle.Text("x"), Rebuild, "((", RawPickle.Text("storage"), "ctorch\nFloatStorage\n", RawPickle.Text("0"),
        RawPickle.Text("cpu"), count, "tQ", offset, size, "\x85", stride, "\x85", "\u0089ccollections\nOrderedDict\n)RtRs");

    // Each list holds the one before ten times.
    private static byte[] Laughs() => RawPickle.Bytes([.. Enumerable.Range(0, 12).Select(i => (object)Laugh(i))]);

    // All but the last are taken off the stack again.
    private static string Laugh(int i) => i == 0 ? "]q\00"
        : "](" + string.Concat(Enumerable.Repeat($"h{(char)(i - 1)}", 10)) + $"eq{(char)i}{(i < 11 ? "0" : "")}";
}
