using System.Buffers.Binary;
using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>Damaged files by the hundred thousand, from fixed seeds: each is either read or refused with the format's own error.</summary>
public sealed class SafetensorsFuzzTests
{
    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\ud800", "\\u0000", "null", "true", "1e9", "1E400", "-1", "-0", "0.5",
            "18446744073709551616",
        "9223372036854775807", "4294967296", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "F32", "F4", "BOOL",
            "F6_E2M3", "\0", "\u00e9", "[[[[[[[[", "//", "/**/", " ",
    ];

    private static readonly long[] Lengths = [
        0, 1, 2, 7, 8, 9, 100, 1 << 20, 99_999_999, 100_000_000, 100_000_001, int.MaxValue, uint.MaxValue, long.MaxValue, long.MinValue, -1,
        -8];

    [Fact]
    public void Parse_HundredThousandMutatedFiles_ReadsOrRefusesEach()
    {
        var (read, refused, longest) = Fuzzing.Run(
            100_000, Seeds(), new DeterministicRandom(20261122), Mutate,
            bytes =>
            {
                var header = SafetensorsHeader.Parse(bytes, bytes.Length, "fuzzed");
                Assert.Equal(bytes.Length - header.DataStart, header.Entries.Values.Sum(entry => entry.ByteCount));
            },
            e => e is SafetensorsException);
        // Both outcomes must be common, or the mutations test nothing; a file of some hundred bytes may cost some kilobytes.
        Assert.InRange(read, 1_000, 99_000);
        Assert.InRange(refused, 1_000, 99_000);
        Assert.InRange(longest, 1, 400_000);
    }

    [Fact]
    public void Open_MutatedFilesOnDisk_ReadsEveryTensorOrRefuses()
    {
        using var folder = new TemporaryFolder();
        var path = folder["fuzzed.safetensors"];
        var (read, _, _) = Fuzzing.Run(
            1_500, Seeds(), new DeterministicRandom(7), Mutate,
            bytes =>
            {
                File.WriteAllBytes(path, bytes);
                using var scope = NewDisposeScope();
                using var checkpoint = SafetensorsCheckpoint.Open(path);
                foreach (var name in checkpoint.Entries.Keys)
                    _ = checkpoint.Read(name).shape;
            },
            e => e is SafetensorsException && e.Message.StartsWith(path, StringComparison.Ordinal));
        Assert.InRange(read, 10, 1_400);
    }

    private static byte[][] Seeds()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            folder["a"],
            Named(("blocks.0.attn.qkv.weight", ones(6, 2)), ("cls_token", ones([1, 4, 2], dtype: ScalarType.Float16)),
            ("é\n", tensor(new byte[] { 1, 2, 3 }))));
        SafetensorsWriter.Write(
            folder["b"], Named(("s", tensor(1L)), ("e", zeros(0, 3)), ("m", tensor(new[] { true, false }))), new Dictionary<string, string>
            { ["format"] = "pt", ["info"] = "{\"a\": 1}" });
        var third = RawSafetensors.Bytes("""{"x":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},"y":{"dtype":"F6_E3M2","shape":[4],"data_offsets":[2,5]}}""", 5);
        return [File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]), third, RawSafetensors.Bytes("{}", 0)];
    }

    private static byte[] Mutate(byte[] seed, DeterministicRandom random)
    {
        var bytes = seed.ToList();
        var edits = 1 + random.NextInt(4);
        for (var edit = 0; edit < edits; edit++)
            Edit(bytes, random);
        var result = bytes.ToArray();
        // Half of the edits change the header's length; most of those files would end at the very first check, so most get a fitting
        // length.
        if (result.Length >= 8 && random.NextInt(4) != 0)
            FitLength(result, seed);
        return result;
    }

    private static void FitLength(byte[] result, byte[] seed)
    {
        var data = seed.Length - 8 - (int)BinaryPrimitives.ReadInt64LittleEndian(seed);
        BinaryPrimitives.WriteInt64LittleEndian(result, Math.Max(0, result.Length - 8 - data));
    }

    private static void Edit(List<byte> bytes, DeterministicRandom random)
    {
        var at = random.NextInt(bytes.Count + 1);
        switch (random.NextInt(8))
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
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(Tokens[random.NextInt(Tokens.Length)]));
                break;
            case 5:
                var length = Math.Min(bytes.Count - at, 1 + random.NextInt(60));
                bytes.InsertRange(random.NextInt(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 6 when bytes.Count >= 8:
                bytes.RemoveRange(0, 8);
                bytes.InsertRange(0, BitConverter.GetBytes(Lengths[random.NextInt(Lengths.Length)]));
                break;
            default:
                ChangeDigit(bytes, at, random);
                break;
        }
    }

    /// <summary>Another digit for the next digit in the header: sizes and offsets that no longer agree.</summary>
    private static void ChangeDigit(List<byte> bytes, int at, DeterministicRandom random)
    {
        for (var i = at; i < bytes.Count; i++)
        {
            if (bytes[i] is >= (byte)'0' and <= (byte)'9')
            {
                bytes[i] = (byte)('0' + random.NextInt(10));
                return;
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(params (string Name, Tensor Tensor)[] tensors) =>
        tensors.Select(t => KeyValuePair.Create(t.Name, t.Tensor));
}
