using InternVideoNext.Checkpoints;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ReferenceFixture_ReadsNamesShapesMetadataAndValues()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "reference", "misc.safetensors");
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        Assert.Contains("multi-block", file.Metadata["info"], StringComparison.Ordinal);
        Assert.Equal("F32[1, 68, 48]", file.Entries["interp.input"].Description);
        var counts = file.Read("multiblock.0.visible_counts");
        Assert.Equal(ScalarType.Int64, counts.dtype);
        Assert.Equal([60, 4], counts.shape);
        var mask = file.Read("multiblock.0.example");
        Assert.Equal(0, mask.min().item<byte>());
        Assert.Equal(1, mask.max().item<byte>());
        // The first row of the 3-D sine-cosine table's patch part: sines of zero, then cosines of zero.
        Assert.Equal(0, file.Read("pos_embed.dim48_grid4_t4")[4, 0].item<float>());
        Assert.Equal(1, file.Read("pos_embed.dim48_grid4_t4")[4, 6].item<float>());
    }

    [Fact]
    public void Bytes_OfATensor_AreThoseInTheFile()
    {
        File.WriteAllBytes(_folder["a"], RawSafetensors.Bytes("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"I16","shape":[1,2],"data_offsets":[2,6]}}""", 6));
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal(["x", "y"], file.Entries.Keys);
        Assert.Equal(new byte[] { 2, 3, 4, 5 }, file.Bytes("y").ToArray());
        using var y = file.Read("y");
        Assert.Equal(new short[] { 0x0302, 0x0504 }, y.data<short>().ToArray());
        Assert.Equal("x", Assert.Throws<SafetensorsException>(() => file.Read("z")).Message.Split('\'')[3]);
    }

    [Fact]
    public void Read_AfterDispose_Throws()
    {
        File.WriteAllBytes(_folder["a"], RawSafetensors.Bytes("""{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2));
        var file = SafetensorsFile.Open(_folder["a"]);
        file.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Read("x"));
    }

    [Fact]
    public void Read_TypeTorchLacks_IsListedAndItsBytesGivenButNotRead()
    {
        File.WriteAllBytes(_folder["a"], RawSafetensors.Bytes("""{"x":{"dtype":"F4","shape":[2,2],"data_offsets":[0,2]}}""", 2));
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Equal("F4[2, 2]", file.Entries["x"].Description);
        Assert.Equal(2, file.Bytes("x").Length);
        Assert.Contains(
            "F4 is known to the format but not to torch", Assert.Throws<SafetensorsException>(() => file.Read("x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BooleanThatIsNeitherZeroNorOne_IsRefused()
    {
        File.WriteAllBytes(_folder["a"], RawSafetensors.Bytes("""{"x":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""", 3));
        using var file = SafetensorsFile.Open(_folder["a"]);
        Assert.Contains(
            "element 2 of this BOOL tensor is 2", Assert.Throws<SafetensorsException>(() => file.Read("x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptyShapesAndEmptyFile_Work()
    {
        File.WriteAllBytes(_folder["a"], RawSafetensors.Bytes("""{"s":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"e":{"dtype":"F32","shape":[0,4],"data_offsets":[1,1]}}   """, 1));
        using (var file = SafetensorsFile.Open(_folder["a"]))
        {
            using var empty = file.Read("e");
            using var scalar = file.Read("s");
            Assert.Equal([0, 4], empty.shape);
            Assert.Empty(scalar.shape);
        }

        File.WriteAllBytes(_folder["b"], RawSafetensors.Bytes("{}", 0));
        using var none = SafetensorsFile.Open(_folder["b"]);
        Assert.Empty(none.Entries);
    }
}
