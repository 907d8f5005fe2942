namespace InternVideoNext.Checkpoints;

/// <summary>One tensor of a safetensors file as its header describes it.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Begin">First byte of its data, counted from the end of the header.</param>
/// <param name="End">The byte after its last one, counted likewise.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Bytes of data.</summary>
    public long ByteCount => End - Begin;

    /// <summary>Number of elements: the product of the dimensions, 1 for a scalar.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Type and shape in one word, for example <c>F16[768, 3, 1, 14, 14]</c>.</summary>
    public string Description => $"{Type.Name}{ShapeText.Of(Shape)}";
}
