using InternVideoNext.Native;

namespace InternVideoNext.Training.Parallel;

/// <summary>Chooses how tensors travel.</summary>
public static class ProcessGroups
{
    /// <summary>
    /// By NCCL where the run is on CUDA and every process has it; else by TCP, and then <see cref="IProcessGroup.Transport"/> says why.
    /// </summary>
    /// <param name="sockets">The processes, already joined; disposed with the result.</param>
    /// <param name="device">The run's device.</param>
    /// <exception cref="NcclException">NCCL is there, but failed.</exception>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    public static IProcessGroup ForDevice(SocketProcessGroup sockets, string device)
    {
        if (device == "cpu") return sockets;
        var tried = new List<string>();
        return WithNccl(sockets, NcclLibrary.Find(LibTorch.Status.Directory, tried), tried);
    }

    /// <summary>NCCL where every process has it.</summary>
    internal static IProcessGroup WithNccl(SocketProcessGroup sockets, NcclLibrary? library, IReadOnlyList<string> tried)
    {
        var without = sockets.Exchange([library is null ? (byte)1 : (byte)0]).Select((answer, rank) => (Missing: answer[0] == 1, rank))
            .Where(a => a.Missing).Select(a => a.rank).ToList();
        if (without.Count == 0) return new NcclProcessGroup(sockets, library!);
        sockets.Transport = $"TCP through the host's memory, since rank {string.Join(", ", without)} found no "
            + $"NCCL{(library is null ? $" (looked for {string.Join(", ", tried)})" : "")}";
        return sockets;
    }
}
