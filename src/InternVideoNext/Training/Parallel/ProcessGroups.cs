using InternVideoNext.Native;

namespace InternVideoNext.Training.Parallel;

/// <summary>Chooses how tensors travel.</summary>
public static class ProcessGroups
{
    /// <summary>On CPUs by TCP, on GPUs by NCCL.</summary>
    /// <param name="sockets">The processes, already joined; disposed with the result.</param>
    /// <param name="device">The run's device.</param>
    /// <exception cref="NcclMissingException">The run is on GPUs, and a process finds no NCCL; on every process.</exception>
    /// <exception cref="NcclException">NCCL is there, but failed.</exception>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    public static IProcessGroup ForDevice(SocketProcessGroup sockets, string device)
    {
        if (device == "cpu") return sockets;
        var tried = new List<string>();
        var library = NcclLibrary.Find(LibTorch.Status.Directory, tried);
        RequireNccl(sockets, library is not null, tried);
        return new NcclProcessGroup(sockets, library!, new CudaQueue());
    }

    /// <summary>By MPI: for processes started by <c>mpirun</c> that compute on CPUs.</summary>
    /// <param name="rank">What this process was told that it is.</param>
    /// <param name="size">How many it was told that they are.</param>
    /// <param name="options">How long calls wait; null for the defaults.</param>
    /// <exception cref="MpiMissingException">Open MPI is not here.</exception>
    /// <exception cref="MpiException">MPI is there, but failed.</exception>
    /// <exception cref="Foundation.ConfigurationException">MPI knows of other processes.</exception>
    public static IProcessGroup OverMpi(int rank, int size, CollectiveOptions? options = null) =>
        new MpiProcessGroup(rank, size, options ?? new CollectiveOptions());

    /// <summary>Compares who has NCCL.</summary>
    internal static void RequireNccl(SocketProcessGroup sockets, bool found, IReadOnlyList<string> tried)
    {
        var without = sockets.Exchange([found ? (byte)1 : (byte)0]).Select((answer, rank) => (Found: answer[0] == 1, rank))
            .Where(a => !a.Found).Select(a => a.rank).ToList();
        if (without.Count == 0) return;
        throw new NcclMissingException(
            $"rank {string.Join(", ", without)} found no NCCL (libnccl.so.2), by which gradients travel between GPUs"
            + (found ? ". " : $"; it looked for {string.Join(", ", tried)}. ")
            + "PyTorch's CUDA packages bring it (pip install nvidia-nccl-cu12): name their torch/lib by IVNEXT_LIBTORCH");
    }
}
