using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>What an image teacher sees in a batch of clips. B clips, T frames, L tokens of a frame, N = T L, D channels.</summary>
/// <param name="Middle">[K, B, N, D], intermediate states, L2-normalised over channels, shallow to deep.</param>
/// <param name="Final">[B, D] float32, the frames' L2-normalised vectors averaged over the clip (not normalised again).</param>
/// <param name="Saliency">[B T, L] float32, how much each token of a frame matters to its vector; each row sums to 1.</param>
public sealed record TeacherOutput(Tensor Middle, Tensor Final, Tensor Saliency) : IDisposable
{
    /// <summary>Takes every tensor out of the current dispose scope into the one around it.</summary>
    public TeacherOutput MoveToOuterDisposeScope()
    {
        Middle.MoveToOuterDisposeScope();
        Final.MoveToOuterDisposeScope();
        Saliency.MoveToOuterDisposeScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Middle.Dispose();
        Final.Dispose();
        Saliency.Dispose();
    }
}
