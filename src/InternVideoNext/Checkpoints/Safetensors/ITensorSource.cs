using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// Named tensors that can be looked at without being read: a file, a sharded checkpoint, a selection of one, tensors in memory.
/// </summary>
public interface ITensorSource
{
    /// <summary>Where the tensors come from, for reports and errors.</summary>
    string Path { get; }

    /// <summary>The tensors' descriptions by name, in the source's order.</summary>
    IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>Free text that came with the tensors; empty if none.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">One of <see cref="Entries"/>.</param>
    /// <returns>A new CPU tensor of the entry's own type and shape, in the caller's dispose scope.</returns>
    /// <exception cref="SafetensorsException">There is no such tensor, or torch has no type for it.</exception>
    Tensor Read(string name);
}

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
