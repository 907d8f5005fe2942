using InternVideoNext.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class SafetensorsCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public SafetensorsCheckpointTests()
    {
        Write("model-00001-of-00002.safetensors", "a", 1);
        Write("model-00002-of-00002.safetensors", "b", 2);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("model.safetensors.index.json")]
    [InlineData("")]
    public void Open_IndexOrItsFolder_GivesTheTensorsOfAllShards(string what)
    {
        Index("""{"metadata":{"total_size":8},"weight_map":{"b":"model-00002-of-00002.safetensors","a":"model-00001-of-00002.safetensors"}}""");
        using var checkpoint = SafetensorsCheckpoint.Open(_folder[what]);
        Assert.Equal(["b", "a"], checkpoint.Entries.Keys);
        Assert.Equal(2, checkpoint.Files.Count);
        Assert.Equal(1, checkpoint.Read("a").item<float>());
        Assert.Equal(2, checkpoint.Read("b").item<float>());
        Assert.Throws<SafetensorsException>(() => checkpoint.Read("c"));
    }

    [Fact]
    public void Open_FolderWithASingleFile_PrefersIt()
    {
        Index("""{"weight_map":{}}""");
        Write("model.safetensors", "c", 3);
        using var checkpoint = SafetensorsCheckpoint.Open(_folder.Path);
        Assert.Equal(["c"], checkpoint.Entries.Keys);
    }

    [Fact]
    public void Open_FolderWithSeveralOrNone_SaysWhich()
    {
        Assert.Contains(
            "name one: model-00001-of-00002.safetensors, model-00002-of-00002.safetensors",
            Assert.Throws<FileNotFoundException>(() => SafetensorsCheckpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Contains(
            "neither a .safetensors file nor an index (model.safetensors.index.json)",
            Assert.Throws<FileNotFoundException>(() => SafetensorsCheckpoint.Open(_folder["empty"])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "no such file", Assert.Throws<FileNotFoundException>(() => SafetensorsCheckpoint.Open(_folder["nothing"])).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "the object weight_map is needed")]
    [InlineData("""{"weight_map":[]}""", "the object weight_map is needed")]
    [InlineData("""{"weight_map":{"a":1}}""", "tensor 'a': its shard in weight_map is not a string")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}""", "tensor 'a': named twice")]
    [InlineData("""{"weight_map":{"a":"../x.safetensors"}}""", "not the name of a file in the index's folder")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "not the name of a file in the index's folder")]
    [InlineData("""{"weight_map":{"a":"..\\x"}}""", "not the name of a file in the index's folder")]
    [InlineData("""{"weight_map":{"a":".."}}""", "not the name of a file in the index's folder")]
    [InlineData("""{"weight_map":{"a":""}}""", "not the name of a file in the index's folder")]
    [InlineData("""{"weight_map":{"a":"\ud800"}}""", "not valid JSON")]
    [InlineData("""{"weight_map":{"a":"model-00001-of-00002.safetensors","x":"no1","y":"no2","z":"no1"}}""", "2 shard files that the index names are not beside it: no1, no2")]
    [InlineData("""{"weight_map":{"b":"model-00001-of-00002.safetensors"}}""", "tensor 'b': the index says it is in model-00001-of-00002.safetensors, but")]
    public void Open_BadIndex_SaysWhatIsWrong(string json, string expected)
    {
        Index(json);
        Assert.Contains(
            expected, Assert.Throws<SafetensorsException>(() => SafetensorsCheckpoint.Open(_folder.Path).Dispose()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DamagedShard_NamesTheShard()
    {
        Index("""{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""");
        File.WriteAllBytes(_folder["model-00002-of-00002.safetensors"], [1, 2, 3]);
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsCheckpoint.Open(_folder.Path).Dispose());
        Assert.Equal(_folder["model-00002-of-00002.safetensors"], error.FilePath);
    }

    [Fact]
    public void Selection_OfAPrefixNobodyHas_IsAnError()
    {
        using var file = SafetensorsFile.Open(_folder["model-00001-of-00002.safetensors"]);
        Assert.Contains(
            "no tensor's name starts with 'x.'", Assert.Throws<SafetensorsException>(() => new TensorSelection(file, "x.")).Message,
            StringComparison.Ordinal);
    }

    private void Index(string json) => File.WriteAllText(_folder["model.safetensors.index.json"], json);

    private void Write(string file, string name, float value) =>
        SafetensorsWriter.Write(_folder[file], [KeyValuePair.Create(name, tensor(value))]);
}
