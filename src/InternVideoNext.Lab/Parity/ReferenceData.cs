using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>A reference file: tensors by name, and the dimensions and notes of its header's <c>info</c>.</summary>
internal sealed class ReferenceData : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly JsonElement _info;

    private ReferenceData(SafetensorsFile file, JsonElement info, Device device) => (_file, _info, Device) = (file, info, device);

    /// <summary>Where everything is computed.</summary>
    public Device Device { get; }

    /// <summary>The file's name without its folder.</summary>
    public string Name => Path.GetFileName(_file.Path);

    public IReadOnlyCollection<string> Names => [.. _file.Entries.Keys];

    /// <summary>Every tensor, weights and inputs included.</summary>
    public ITensorSource Source => _file;

    /// <summary>Reads a tensor into the current dispose scope, on the device.</summary>
    /// <exception cref="SafetensorsException">There is none of that name.</exception>
    public Tensor this[string name] => _file.Read(name).to(Device);

    /// <exception cref="SafetensorsException">Not a safetensors file.</exception>
    /// <exception cref="JsonException">The <c>info</c> is not a JSON object.</exception>
    public static ReferenceData Open(string path, Device device)
    {
        LibTorch.EnsureLoaded();
        var file = SafetensorsFile.Open(path);
        try
        {
            using var info = JsonDocument.Parse(file.Metadata.GetValueOrDefault("info", "{}"));
            if (info.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("__metadata__.info is not a JSON object");
            return new ReferenceData(file, info.RootElement.Clone(), device);
        }
        catch (JsonException)
        {
            file.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _file.Entries.ContainsKey(name);

    /// <exception cref="SafetensorsException">There is no tensor of that name.</exception>
    public IReadOnlyList<long> Shape(string name) => _file.Entries.TryGetValue(name, out var entry)
        ? entry.Shape
        : throw new SafetensorsException(_file.Path, name, "missing in this reference file.");

    /// <summary>Names that begin with <paramref name="prefix"/>, in the file's order.</summary>
    public IEnumerable<string> Under(string prefix) => Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>How many of <c>prefix0</c>, <c>prefix1</c>, ... begin some name, counted without a gap.</summary>
    public int Count(string prefix)
    {
        var count = 0;
        while (Names.Any(name => name.StartsWith($"{prefix}{count}.", StringComparison.Ordinal) || name == $"{prefix}{count}")) count++;
        return count;
    }

    /// <summary>The tensors under a prefix, named without it.</summary>
    public ITensorSource Select(string prefix) => new TensorSelection(_file, prefix);

    /// <summary>A whole number of the info; null where it has none.</summary>
    public int? Int(string name) => Find(name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;

    /// <summary>A number of the info; null where it has none.</summary>
    public double? Number(string name) => Find(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>True or false of the info; null where it has none.</summary>
    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A whole number of a section of the info; null where it has none.</summary>
    public int? IntIn(string section, string name) => NumberIn(section, name) is { } number ? checked((int)number) : null;

    /// <summary>A number of a section of the info; null where it has none.</summary>
    public double? NumberIn(string section, string name) =>
        Find(section) is { ValueKind: JsonValueKind.Object } inner && inner.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>A text of the info; empty where it has none.</summary>
    public string Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    /// <summary>A list of whole numbers of the info; null where it has none.</summary>
    public IReadOnlyList<int>? List(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray().Select(e => e.GetInt32())] : null;

    /// <summary>A list of texts of the info; null where it has none.</summary>
    public IReadOnlyList<string>? Texts(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray().Select(e => e.GetString() ?? "")] : null;

    /// <exception cref="InvalidDataException">The info lacks it.</exception>
    public int Require(string name) =>
        Int(name) ?? throw new InvalidDataException($"__metadata__.info has no '{name}', and no tensor's shape tells it");

    public void Dispose() => _file.Dispose();

    private JsonElement? Find(string name) => _info.TryGetProperty(name, out var value) ? value : null;
}
