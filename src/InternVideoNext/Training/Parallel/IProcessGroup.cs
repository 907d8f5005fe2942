using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// The processes that train one run together, seen from one of them. Every process calls the same methods in the same order;
/// each call ends when all have made it. A process that is lost, or silent for longer than <see cref="CollectiveOptions.Timeout"/>, ends
/// the call of every other one with an error that names it.
/// </summary>
public interface IProcessGroup : IDisposable
{
    /// <summary>This process's place, 0..<see cref="Size"/>-1. The first, 0, keeps the run's folder.</summary>
    int Rank { get; }

    /// <summary>How many they are.</summary>
    int Size { get; }

    /// <summary>How tensors travel, for people.</summary>
    string Transport { get; }

    /// <summary>Gives every process everyone's message, in order of rank. For small things.</summary>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    IReadOnlyList<byte[]> Exchange(byte[] message);

    /// <summary>Replaces the tensor by its sum over the processes, the same to the bit on all of them.</summary>
    /// <param name="tensor">Contiguous, of one shape and type everywhere.</param>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    void AllReduceSum(Tensor tensor);

    /// <summary>Replaces the tensor by the first process's.</summary>
    /// <param name="tensor">Contiguous, of one shape and type everywhere.</param>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    void BroadcastFromFirst(Tensor tensor);

    /// <summary>Returns when every process has come here, and has computed all that it was told to.</summary>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    void Barrier();
}

/// <summary>A process of a group is gone, never came, or does something else than this one.</summary>
public sealed class ProcessLostException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="rank">The process at fault.</param>
    /// <param name="size">How many processes the group has.</param>
    /// <param name="reason">What was seen of it, as the end of a sentence.</param>
    public ProcessLostException(int rank, int size, string reason)
        : base($"rank {rank} of {size} processes is gone: {reason}") =>
        Rank = rank;

    /// <summary>The process at fault.</summary>
    public int Rank { get; }
}
