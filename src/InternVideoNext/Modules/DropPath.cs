using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Modules;

/// <summary>Stochastic depth (Huang et al. 2016): drops a residual branch for whole clips.</summary>
public static class DropPath
{
    /// <summary>Zeroes the branch of each clip with probability <paramref name="rate"/>, scales the others by 1 / (1 - rate).</summary>
    /// <param name="branch">[B, N, C].</param>
    /// <param name="rate">Probability of dropping, in [0, 1).</param>
    /// <param name="random">Source of the draws, on the branch's device; null leaves the branch as it is (evaluation).</param>
    /// <returns>[B, N, C]; <paramref name="branch"/> itself when nothing can be dropped.</returns>
    public static Tensor Apply(Tensor branch, double rate, TensorRandom? random)
    {
        if (random is null || rate == 0) return branch;
        using var scope = NewDisposeScope();
        var keep = random.Bernoulli(1 - rate, branch.dtype, branch.size(0), 1, 1).div_(1 - rate);
        return (branch * keep).MoveToOuterDisposeScope();
    }

    /// <summary>The rate of one block: grows linearly with depth from 0 to <paramref name="last"/>.</summary>
    /// <param name="block">Index of the block, from 0.</param>
    /// <param name="depth">Number of blocks.</param>
    /// <param name="last">Rate of the last block.</param>
    public static double Rate(int block, int depth, double last) => depth > 1 ? last * block / (depth - 1) : 0;
}
