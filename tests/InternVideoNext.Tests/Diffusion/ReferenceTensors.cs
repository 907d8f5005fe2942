using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Diffusion;

/// <summary>The tensors of one reference file, read whole, each as its own type.</summary>
internal sealed class ReferenceTensors
{
    private readonly byte[] _bytes;
    private readonly JsonElement _header;
    private readonly int _dataStart;

    public ReferenceTensors(string name)
    {
        _bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "reference", name + ".safetensors"));
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(_bytes);
        _header = JsonDocument.Parse(Encoding.UTF8.GetString(_bytes, 8, length)).RootElement;
        _dataStart = 8 + length;
        Info = JsonDocument.Parse(_header.GetProperty("__metadata__").GetProperty("info").GetString()!).RootElement;
    }

    public JsonElement Info { get; }

    public IEnumerable<string> Names => _header.EnumerateObject().Select(p => p.Name).Where(n => n != "__metadata__");

    public Tensor this[string name]
    {
        get
        {
            var entry = _header.GetProperty(name);
            var offsets = entry.GetProperty("data_offsets");
            var (start, end) = (_dataStart + offsets[0].GetInt32(), _dataStart + offsets[1].GetInt32());
            var shape = entry.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64()).ToArray();
            var type = entry.GetProperty("dtype").GetString() switch
            {
                "F32" => float32, "F64" => float64, "I64" => int64, "U8" => uint8, var other => throw new InvalidDataException(other),
            };
            var tensor = zeros(shape, dtype: type);
            tensor.bytes = _bytes.AsSpan(start, end - start);
            return tensor;
        }
    }

    /// <summary>max |a - b| / max |b|.</summary>
    public static double RelativeDifference(Tensor actual, Tensor expected)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        var (a, b) = (actual.to(float64), expected.to(float64));
        return ((a - b).abs().max() / b.abs().max()).item<double>();
    }
}
