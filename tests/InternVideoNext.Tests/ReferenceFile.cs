using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Tests;

/// <summary>
/// Reads a reference file by itself, independently of the library's own reader: tensors by name, and the header's info.
/// </summary>
internal sealed class ReferenceFile : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    private ReferenceFile(JsonElement info) => Info = info;

    /// <summary>The dimensions and notes of the header.</summary>
    public JsonElement Info { get; }

    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    public Tensor this[string name] => _tensors[name];

    /// <summary>Reads one of the files copied beside the tests, by its name without extension.</summary>
    public static ReferenceFile Open(string name)
    {
        LibTorch.EnsureLoaded();
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "reference", name + ".safetensors"));
        var headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        using var info = JsonDocument.Parse(header.RootElement.GetProperty("__metadata__").GetProperty("info").GetString()!);
        var file = new ReferenceFile(info.RootElement.Clone());
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64()).ToArray();
            var dtype = entry.Value.GetProperty("dtype").GetString() switch
            {
                "F32" => float32,
                "F64" => float64,
                "I64" => int64,
                "U8" => uint8,
                var other => throw new InvalidDataException($"{entry.Name}: type {other} is not expected in a reference file."),
            };
            var tensor = empty(shape, dtype: dtype).DetachFromDisposeScope();
            var (begin, end) = (offsets[0].GetInt32(), offsets[1].GetInt32());
            bytes.AsSpan(8 + headerLength + begin, end - begin).CopyTo(tensor.bytes);
            file._tensors.Add(entry.Name, tensor);
        }

        return file;
    }

    /// <summary>An integer of the header's info.</summary>
    public int Size(string name) => Info.GetProperty(name).GetInt32();

    /// <summary>
    /// Copies the tensors under <paramref name="prefix"/> into a module by exact name and shape; every parameter must be given.
    /// </summary>
    /// <param name="module">Written.</param>
    /// <param name="prefix">What precedes the module's own names in the file.</param>
    /// <param name="ignored">Whether a name of the file, without prefix, may be left unused.</param>
    public void LoadInto(nn.Module module, string prefix, Func<string, bool>? ignored = null)
    {
        var given = _tensors.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value);
        using var gradient = no_grad();
        foreach (var (name, parameter) in module.named_parameters())
        {
            Assert.True(given.Remove(name, out var values), $"{prefix}{name} is not in the file.");
            Assert.True(parameter.shape.SequenceEqual(values!.shape), $"{name}: {Shape(parameter)} here, {Shape(values)} in the file.");
            parameter.copy_(values);
        }

        Assert.DoesNotContain(given.Keys, name => ignored is null || !ignored(name));
    }

    /// <summary>max |actual - expected| / max |expected|.</summary>
    public static double RelativeDifference(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var (a, b) = (actual.detach().to(float64), expected.to(float64));
        return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
    }

    /// <summary>Every parameter as "name [shape]", sorted: the snapshot of a module.</summary>
    public static string[] Describe(nn.Module module) =>
        [.. module.named_parameters().Select(p => $"{p.name} {Shape(p.parameter)}").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
    }

    private static string Shape(Tensor tensor) =>
        $"[{string.Join(", ", tensor.shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))}]";
}
