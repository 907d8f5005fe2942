using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>Refuses weights of a run that diverged before anything is computed with them.</summary>
internal static class FiniteWeights
{
    /// <summary>Checks every parameter and persistent buffer.</summary>
    /// <param name="module">A module that has been loaded.</param>
    /// <param name="path">Where from, for the message.</param>
    /// <exception cref="InvalidDataException">Some hold values that are not finite; the first is named.</exception>
    public static void Require(nn.Module module, string path)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var all = module.state_dict();
        var broken = all.Where(tensor => !IsFinite(tensor.Value)).Select(tensor => tensor.Key).ToList();
        if (broken.Count > 0)
            throw new InvalidDataException(
                $"{path}: {broken.Count} of {all.Count} tensors hold values that are not finite, '{broken[0]}' first: the training that "
                + "wrote them diverged. Take an earlier checkpoint.");
    }

    // A sum is finite only if all its terms are, but may overflow: then each is looked at.
    private static bool IsFinite(Tensor tensor) => !tensor.is_floating_point() || tensor.numel() == 0
        || double.IsFinite(tensor.sum(float64).item<double>()) || tensor.isfinite().all().item<bool>();
}
