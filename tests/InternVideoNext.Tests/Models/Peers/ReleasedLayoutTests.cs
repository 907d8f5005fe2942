using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using InternVideoNext.Checkpoints;
using InternVideoNext.Models.Peers;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models.Peers;

/// <summary>
/// Files with exactly the keys, shapes and length of released ones; their numbers are holes on the disk but for the last norm's bias, which
/// zero weights let through to every token.
/// </summary>
public sealed class ReleasedLayoutTests(ITestOutputHelper console) : IDisposable
{
    private const string Long = "IVNEXT_LONG_TESTS";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void VideoMaeV2Base_ReleasedLayout_LoadsAndEncodesSixteenFrames()
    {
        var shapes = new SortedDictionary<string, long[]>(StringComparer.Ordinal);
        Add(shapes, "model.patch_embed.proj", [768, 3, 2, 16, 16]);
        for (var i = 0; i < 12; i++)
        {
            var block = string.Create(CultureInfo.InvariantCulture, $"model.blocks.{i}.");
            Add(shapes, block + "norm1", [768]);
            Add(shapes, block + "norm2", [768]);
            shapes[block + "attn.qkv.weight"] = [2304, 768];
            shapes[block + "attn.q_bias"] = [768];
            shapes[block + "attn.v_bias"] = [768];
            Add(shapes, block + "attn.proj", [768, 768]);
            Add(shapes, block + "mlp.fc1", [3072, 768]);
            Add(shapes, block + "mlp.fc2", [768, 3072]);
        }

        Add(shapes, "model.fc_norm", [768]);
        Check(shapes, 344_924_592, 0, "model.fc_norm.bias", "videomae-v2-base", [1, 1568, 768], pooled: true);
    }

    // 1.3 GB of memory and minutes on two cores: only where it is asked for.
    [Fact]
    public void VJepa2Large_ReleasedLayout_LoadsAndEncodesSixteenFrames()
    {
        if (Environment.GetEnvironmentVariable(Long) is null)
        {
            console.WriteLine($"not run: set {Long}=1");
            return;
        }

        Check(VJepa2Large(), 1_303_947_864, 199, "encoder.layernorm.bias", "vjepa2-vitl", [1, 2048, 1024], pooled: false);
    }

    [Fact]
    public void VJepa2Large_Layout_HasTheReleasedKeysAndLength()
    {
        var shapes = VJepa2Large();
        Assert.Equal(587, shapes.Count);
        Assert.Equal(1_303_947_864, Write(shapes, "encoder.layernorm.bias"));
        using var file = SafetensorsFile.Open(_folder["model.safetensors"]);
        var checkpoint = PeerCheckpoint.Recognise(file)!;
        Assert.Equal(ReleasedPeers.Find("vjepa2-vitl")!.Config, checkpoint.Config);
        // Every key has its rule; the shapes are compared when it is loaded.
        Assert.All(file.Entries.Keys, name => Assert.False(checkpoint.Map.Import(name).IsUnknown, name));
        Assert.Equal(199, file.Entries.Keys.Count(name => checkpoint.Map.Import(name).Key is null));
    }

    private static SortedDictionary<string, long[]> VJepa2Large()
    {
        var shapes = new SortedDictionary<string, long[]>(StringComparer.Ordinal);
        Add(shapes, "encoder.embeddings.patch_embeddings.proj", [1024, 3, 2, 16, 16]);
        Layers(shapes, "encoder.layer.", 24, 1024);
        Add(shapes, "encoder.layernorm", [1024]);
        shapes["predictor.embeddings.mask_tokens"] = [10, 1, 1, 384];
        Add(shapes, "predictor.embeddings.predictor_embeddings", [384, 1024]);
        Layers(shapes, "predictor.layer.", 12, 384);
        Add(shapes, "predictor.layernorm", [384]);
        Add(shapes, "predictor.proj", [1024, 384]);
        return shapes;
    }

    private static void Layers(SortedDictionary<string, long[]> shapes, string prefix, int count, long width)
    {
        for (var i = 0; i < count; i++)
        {
            var layer = string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}.");
            foreach (var name in (string[])["norm1", "norm2"]) Add(shapes, layer + name, [width]);
            foreach (var name in (string[])["query", "key", "value", "proj"]) Add(shapes, $"{layer}attention.{name}", [width, width]);
            Add(shapes, layer + "mlp.fc1", [4 * width, width]);
            Add(shapes, layer + "mlp.fc2", [width, 4 * width]);
        }
    }

    private static void Add(SortedDictionary<string, long[]> shapes, string name, long[] weight)
    {
        shapes[name + ".weight"] = weight;
        shapes[name + ".bias"] = [weight[0]];
    }

    private void Check(
        SortedDictionary<string, long[]> shapes, long length, int ignored, string bias, string released, long[] tokens, bool pooled)
    {
        Assert.Equal(length, Write(shapes, bias));
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(_folder["model.safetensors"]);
        var checkpoint = PeerCheckpoint.Recognise(file)!;
        Assert.Equal(ReleasedPeers.Find(released)!.Config, checkpoint.Config);
        using var encoder = checkpoint.Load(CPU, out var report);
        console.WriteLine(report.ToString());
        Assert.Equal(ignored, report.Ignored.Count);
        var clip = checkpoint.Config.Preprocessing;
        var features = encoder.Encode(ones([1, 3, clip.Frames, clip.Size, clip.Size]));
        Assert.Equal(tokens, features.Tokens.shape);
        var last = pooled ? features.Pooled! : features.Tokens;
        Assert.Equal((0.5f, 0.5f), (last.min().item<float>(), last.max().item<float>()));
    }

    // As Hugging Face writes it: names in order, the header filled up with spaces to a multiple of eight bytes.
    private long Write(SortedDictionary<string, long[]> shapes, string half)
    {
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        var (end, place) = (0L, 0L);
        foreach (var (name, shape) in shapes)
        {
            var bytes = 4 * shape.Aggregate(1L, (product, size) => product * size);
            if (name == half) place = end;
            header.Append(
                CultureInfo.InvariantCulture,
                $",\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{end},{end + bytes}]}}");
            end += bytes;
        }

        var text = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        var padded = (text.Length + 7) / 8 * 8;
        using var file = File.Create(_folder["model.safetensors"]);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, padded);
        file.Write(prefix);
        file.Write(text);
        file.Write(Enumerable.Repeat((byte)' ', padded - text.Length).ToArray());
        file.SetLength(8 + padded + end);
        file.Position = 8 + padded + place;
        for (var i = 0; i < shapes[half][0]; i++) file.Write(BitConverter.GetBytes(0.5f));
        return file.Length;
    }
}
