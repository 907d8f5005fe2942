namespace InternVideoNext.Checkpoints;

/// <summary>One tensor of a module, filled from a source.</summary>
/// <param name="SourceKey">Its name in the source.</param>
/// <param name="Key">Its name in the module.</param>
/// <param name="SourceType">Its element type in the source.</param>
/// <param name="Type">Its element type in the module.</param>
/// <param name="SourceShape">Its shape in the source.</param>
/// <param name="Shape">Its shape in the module.</param>
public sealed record LoadedTensor(
    string SourceKey, string Key, SafetensorsType SourceType, SafetensorsType Type, IReadOnlyList<long> SourceShape,
    IReadOnlyList<long> Shape)
{
    /// <summary>Whether it was resized.</summary>
    public bool IsResized => !SourceShape.SequenceEqual(Shape);

    /// <summary>Whether its element type was converted.</summary>
    public bool IsConverted => SourceType != Type;
}
