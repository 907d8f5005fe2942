using static TorchSharp.torch;

namespace InternVideoNext.Runs;

/// <summary>Takes the numbers of each step.</summary>
internal interface IStepLog
{
    /// <summary>Takes a step's numbers, whose tensors stay the caller's.</summary>
    void Add(StepRecord step, LossSum losses, Tensor gradientNorm, Tensor skipped);
}
