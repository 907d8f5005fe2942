using System.Diagnostics;
using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Runs;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Parity;

/// <summary>A file with exactly the released Base checkpoint's names, shapes and type; only its numbers are made up.</summary>
public sealed class ReleasedBaseTests(ITestOutputHelper console) : IDisposable
{
    private const int Width = 768, Depth = 12, Hidden = 3072, PatchPixels = 588, Tokens = 4 + (16 * 256);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OpenEncoder_ReleasedBase_LoadsRunsAndExportsByteIdentical()
    {
        var clock = Stopwatch.StartNew();
        var path = Write("base.safetensors", Released());
        Log("written");
        using var encoder = ModelCheckpoint.OpenEncoder(path, CPU);
        Assert.Equal(91_017_804, encoder.parameters().Sum(p => p.numel()));
        Assert.Equal((16, 224), (encoder.Config.Frames, encoder.Config.ImageSize));
        Log("loaded");

        using (NewDisposeScope())
        using (no_grad())
        {
            using var generator = new Generator(4);
            var tokens = encoder.forward(randn([1, 3, 16, 224, 224], generator: generator), null, null).Tokens;
            var pooled = encoder.Pool(tokens);
            Assert.Equal([1, Tokens, Width], tokens.shape);
            Assert.Equal([1, Width], pooled.shape);
            Assert.True(tokens.isfinite().all().item<bool>() && pooled.isfinite().all().item<bool>());
            Assert.True(tokens.std().item<float>() > 0);
        }
        Log("one clip of 16 x 224 x 224 encoded");

        CheckpointExporter.Export(_folder["again.safetensors"], encoder, ReleasedWeights.Map, ReleasedWeights.ElementType);
        using var before = SafetensorsFile.Open(path);
        using var after = SafetensorsFile.Open(_folder["again.safetensors"]);
        Assert.Equal(before.Entries.Keys.Order(StringComparer.Ordinal), after.Entries.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, entry) in before.Entries)
        {
            Assert.Equal(
                (entry.Type, string.Join(",", entry.Shape)), (after.Entries[name].Type, string.Join(",", after.Entries[name].Shape)));
            Assert.True(before.Bytes(name).SequenceEqual(after.Bytes(name)), name);
        }
        Log($"{before.Entries.Count} tensors exported, byte-identical; {new FileInfo(path).Length / 1e6:f0} MB");

        void Log(string what) => console.WriteLine($"{clock.Elapsed.TotalSeconds:f1} s: {what}");
    }

    [Fact]
    public void OpenEncoder_RenamedMissingAndMisshapen_OneErrorListsAllThree()
    {
        var tensors = Released().ToDictionary(t => t.Name, t => t.Shape);
        tensors["model.blocks.3.mlp.fc_1.bias"] = tensors["model.blocks.3.mlp.fc1.bias"];
        tensors.Remove("model.blocks.3.mlp.fc1.bias");
        tensors.Remove("model.clip_projector.norm1_k.weight");
        tensors["model.blocks.7.ls2.gamma"] = [1];
        var path = Write("faulty.safetensors", tensors.Select(t => (t.Key, t.Value)));
        var error = Assert.Throws<CheckpointMismatchException>(() => ModelCheckpoint.OpenEncoder(path, CPU));
        console.WriteLine(error.Message);
        Assert.Equal(
            [
                (MismatchKind.Unexpected, "model.blocks.3.mlp.fc_1.bias"),
                (MismatchKind.Missing, "blocks.3.mlp.fc1.bias"),
                (MismatchKind.Missing, "clip_projector.norm1_k.weight"),
                (MismatchKind.Misshapen, "blocks.7.ls2.gamma"),
            ],
            error.Mismatches.Select(m => (m.Kind, m.Key))
                .OrderBy(m => m.Kind is MismatchKind.Unexpected ? 0 : m.Kind is MismatchKind.Missing ? 1 : 2)
                .ThenBy(m => m.Key, StringComparer.Ordinal));
        Assert.All(error.Mismatches, m => Assert.Contains(m.Key, error.Message, StringComparison.Ordinal));
    }

    // The published file's tensors (method, section 1), written out independently of this package's modules.
    private static IEnumerable<(string Name, long[] Shape)> Released()
    {
        List<(string, long[])> tensors =
        [
            ("cls_token", [1, 4, Width]),
            ("pos_embed", [1, Tokens, Width]),
            ("patch_embed.norm_before.weight", [PatchPixels]),
            ("patch_embed.proj.weight", [Width, 3, 1, 14, 14]),
            ("patch_embed.proj.bias", [Width]),
            ("patch_embed.norm.weight", [Width]),
        ];
        for (var i = 0; i < Depth; i++)
        {
            tensors.AddRange(
            [
                ($"blocks.{i}.norm1.weight", [Width]), ($"blocks.{i}.attn.qkv.weight", [3 * Width, Width]),
                ($"blocks.{i}.attn.q_norm.weight", [Width]), ($"blocks.{i}.attn.k_norm.weight", [Width]),
                ($"blocks.{i}.attn.proj.weight", [Width, Width]), ($"blocks.{i}.attn.proj.bias", [Width]),
                    ($"blocks.{i}.ls1.gamma", [Width]),
                ($"blocks.{i}.norm2.weight", [Width]), ($"blocks.{i}.mlp.fc1.weight", [Hidden, Width]),
                    ($"blocks.{i}.mlp.fc1.bias", [Hidden]),
                ($"blocks.{i}.mlp.fc2.weight", [Width, Hidden]), ($"blocks.{i}.mlp.fc2.bias", [Width]), ($"blocks.{i}.ls2.gamma", [Width]),
            ]);
        }
        foreach (var part in (string[])["q", "k", "v"])
        {
            tensors.AddRange([($"clip_projector.norm1_{part}.weight", [Width]), ($"clip_projector.norm1_{part}.bias", [Width])]);
            tensors.AddRange(
                [($"clip_projector.cross_attn.{part}.weight", [Width, Width]), ($"clip_projector.cross_attn.{part}_bias", [Width])]);
        }
        tensors.AddRange([("clip_projector.cross_attn.proj.weight", [Width, Width]), ("clip_projector.cross_attn.proj.bias", [Width])]);
        return tensors.Select(t => ("model." + t.Item1, t.Item2));
    }

    // fp16 numbers from one pool, each tensor from another place of it.
    private string Write(string name, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        const long PoolSize = 5_000_000;
        var pool = (randn([PoolSize], generator: generator) * 0.05).to(float16);
        var start = 0L;
        SafetensorsWriter.Write(_folder[name], tensors.Select(t =>
        {
            var count = t.Shape.Aggregate(1L, (product, size) => product * size);
            start = (start + 104_729) % (PoolSize - count);
            var begin = start;
            return new SafetensorsItem(t.Name, SafetensorsType.Of(float16), t.Shape, () => pool.narrow(0, begin, count).view(t.Shape));
        }));
        return _folder[name];
    }
}
