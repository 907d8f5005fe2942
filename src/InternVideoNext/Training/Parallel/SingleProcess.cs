using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>A run in one process: there is nobody to wait for.</summary>
public sealed class SingleProcess : IProcessGroup
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public string Transport => "nothing";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Exchange(byte[] message) => [message];

    /// <inheritdoc/>
    public void AllReduceSum(Tensor tensor)
    {
        // The sum of one is itself.
    }

    /// <inheritdoc/>
    public void BroadcastFromFirst(Tensor tensor)
    {
        // This is the first.
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        // Nobody is late.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }
}
