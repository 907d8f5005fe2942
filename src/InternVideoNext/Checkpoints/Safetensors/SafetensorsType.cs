using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>An element type of the safetensors format: its name in the file, its width, and the torch type that holds it.</summary>
/// <param name="Name">The name in the file's header, for example <c>BF16</c>.</param>
/// <param name="Bits">Bits of one element; the types below a byte are packed without gaps.</param>
/// <param name="Torch">
/// The torch type with the same bits, or null where torch has none. TorchSharp's enumeration lacks the 8-bit floats and the wider unsigned
/// integers although libtorch has them; they are libtorch's own numbers here, and tensors of them can be made, copied and converted.
/// </param>
public sealed record SafetensorsType(string Name, int Bits, ScalarType? Torch)
{
    /// <summary>libtorch's 8-bit float with 4 exponent and 3 mantissa bits, finite only (<c>float8_e4m3fn</c>).</summary>
    public const ScalarType Float8E4M3 = (ScalarType)24;

    /// <summary>libtorch's 8-bit float with 5 exponent and 2 mantissa bits (<c>float8_e5m2</c>).</summary>
    public const ScalarType Float8E5M2 = (ScalarType)23;

    /// <summary>Every type of the format.</summary>
    public static IReadOnlyList<SafetensorsType> All { get; } =
    [
        new("BOOL", 8, ScalarType.Bool),
        new("U8", 8, ScalarType.Byte),
        new("I8", 8, ScalarType.Int8),
        new("F8_E5M2", 8, Float8E5M2),
        new("F8_E4M3", 8, Float8E4M3),
        new("F8_E5M2FNUZ", 8, (ScalarType)25),
        new("F8_E4M3FNUZ", 8, (ScalarType)26),
        new("F8_E8M0", 8, (ScalarType)44),
        new("F4", 4, null),
        new("F6_E2M3", 6, null),
        new("F6_E3M2", 6, null),
        new("I16", 16, ScalarType.Int16),
        new("U16", 16, (ScalarType)27),
        new("F16", 16, ScalarType.Float16),
        new("BF16", 16, ScalarType.BFloat16),
        new("I32", 32, ScalarType.Int32),
        new("U32", 32, (ScalarType)28),
        new("F32", 32, ScalarType.Float32),
        new("C64", 64, ScalarType.ComplexFloat32),
        new("F64", 64, ScalarType.Float64),
        new("I64", 64, ScalarType.Int64),
        new("U64", 64, (ScalarType)29),
    ];

    private static readonly Dictionary<string, SafetensorsType> ByName = All.ToDictionary(type => type.Name, StringComparer.Ordinal);

    private static readonly Dictionary<ScalarType, SafetensorsType> ByTorch = All.Where(type => type.Torch is not null)
        .ToDictionary(type => type.Torch!.Value);

    /// <summary>Whether elements are floating-point numbers (complex ones not included).</summary>
    public bool IsFloat => Name[0] is 'F' or 'B' && Name != "BOOL";

    /// <summary>The type of that name, or null if the format has none.</summary>
    public static SafetensorsType? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The type that stores a torch type bit for bit.</summary>
    /// <exception cref="ArgumentException">The format has no such type.</exception>
    public static SafetensorsType Of(ScalarType torch) => ByTorch.GetValueOrDefault(torch)
        ?? throw new ArgumentException(
            $"The safetensors format has no element type for torch's {torch}: convert the tensor first.", nameof(torch));

    /// <summary>The name in the file.</summary>
    public override string ToString() => Name;
}
