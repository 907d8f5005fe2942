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
