using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>Damaged pickles and archives from fixed seeds: each is read or refused with the format's own error.</summary>
public sealed class TensorFileFuzzTests : IDisposable
{
    private static readonly string[] Words =
    [
        "(", "t", "R", "b", "cos\nsystem\n", "ctorch\nFloatStorage\n", "Q", "q\0", "h\0", "}", "]", "e", "u", "\x81", "\x93", "\x8d",
        "X\xff\xff\xff\x7f", "\x8b\xff\xff\xff\x7f", "I99999999999999999999\n", "F1e999\n", "\x94", "2", "0", "1", ".",
        "J\xff\xff\xff\xff", "'shape': (", "9999999999999,",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pickle_TwentyThousandMutations_ReadsOrRefusesEach()
    {
        var pickles = Path.Combine(AppContext.BaseDirectory, "Fixtures", "pickles");
        byte[][] seeds =
        [
            TorchFileTests.Tensor(0, 2, 1, 2), .. Inner(Path.Combine(pickles, "zipped-protocol2.pt")),
            .. Inner(Path.Combine(pickles, "zipped-protocol4.pt")),
        ];
        var (read, refused, longest) = Fuzzing.Run(
            20_000, seeds, new DeterministicRandom(20261128), Mutate,
            bytes =>
            {
                using var stream = new MemoryStream(bytes);
                PickleReader.Read(stream, new TorchGlobals());
            },
            e => e is FormatException or EndOfStreamException or OverflowException);
        Assert.InRange(read, 200, 19_800);
        Assert.InRange(refused, 200, 19_800);
        Assert.InRange(longest, 1, 4_000_000);
    }

    [Fact]
    public void Open_MutatedFilesOnDisk_ReadsEveryTensorOrRefuses()
    {
        RawPickle.Archive(
            _folder["seed.npz"],
            [("a.npy", RawPickle.Numpy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [0, 0, 128, 63, 0, 0, 0, 64])),
             ("b.npy", RawPickle.Numpy("{'descr': '|b1', 'fortran_order': True, 'shape': (1, 3), }", [0, 1, 1]))]);
        var pickles = Path.Combine(AppContext.BaseDirectory, "Fixtures", "pickles");
        byte[][] seeds =
        [
            File.ReadAllBytes(_folder["seed.npz"]), File.ReadAllBytes(Path.Combine(pickles, "zipped-protocol2.pt")),
            File.ReadAllBytes(Path.Combine(pickles, "legacy.pth")),
        ];
        var (read, refused, _) = Fuzzing.Run(
            3_000, seeds, new DeterministicRandom(5), Mutate,
            bytes =>
            {
                File.WriteAllBytes(_folder["fuzzed"], bytes);
                using var scope = NewDisposeScope();
                using var file = TensorFile.Open(_folder["fuzzed"]);
                foreach (var name in file.Entries.Keys) _ = file.Read(name).shape;
            },
            e => e is TensorFileException or SafetensorsException && e.Message.StartsWith(_folder["fuzzed"], StringComparison.Ordinal));
        Assert.InRange(read, 50, 2_950);
        Assert.InRange(refused, 50, 2_950);
    }

    private static IEnumerable<byte[]> Inner(string path)
    {
        using var archive = System.IO.Compression.ZipFile.OpenRead(path);
        using var stream = archive.GetEntry("model/data.pkl")!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return [copy.ToArray()];
    }

    private static byte[] Mutate(byte[] seed, DeterministicRandom random)
    {
        var bytes = seed.ToList();
        for (var edit = 1 + random.NextInt(3); edit > 0; edit--)
        {
            var at = random.NextInt(bytes.Count + 1);
            switch (random.NextInt(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.NextInt(256);
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.NextInt(8));
                    break;
                case 2 when at < bytes.Count:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.NextInt(12)));
                    break;
                case 3:
                    bytes.InsertRange(at, System.Text.Encoding.Latin1.GetBytes(Words[random.NextInt(Words.Length)]));
                    break;
                case 4:
                    var length = Math.Min(bytes.Count - at, 1 + random.NextInt(40));
                    bytes.InsertRange(random.NextInt(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                default:
                    if (random.NextInt(4) == 0) bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
