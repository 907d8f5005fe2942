using static TorchSharp.torch;

namespace InternVideoNext.Runs;

/// <summary>The losses of one step, by name, and their weighted sum that is differentiated.</summary>
/// <param name="Total">Scalar with gradient.</param>
/// <param name="Parts">Name to unweighted scalar, detached, in the order they are shown.</param>
public sealed record LossParts(Tensor Total, IReadOnlyList<KeyValuePair<string, Tensor>> Parts)
{
    /// <summary>Further numbers worth a look, by name: detached scalars that are no part of the sum.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Details { get; init; } = [];
}
