using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>How many threads one operation of libtorch is shared out to, for as long as this thread does a piece of work.</summary>
/// <remarks>
/// The number decides the last bits of sums. libtorch keeps it for each thread: one takes the number set last, in whichever
/// thread, when it first computes, and has it from then on. So a number set here alone would stay with every thread that
/// begins meanwhile: another thread puts the process's own back at once. One that begins in that moment still keeps the wrong
/// number.
/// </remarks>
internal readonly ref struct ThreadsHeld
{
    private static readonly Lazy<int> Found = new(get_num_threads);

    private readonly int _before;

    /// <summary>Sets the number for this thread; nothing may be awaited before it is put back.</summary>
    /// <param name="threads">1 or more.</param>
    public ThreadsHeld(int threads)
    {
        _ = OfProcess; // found before anything is set
        var before = get_num_threads();
        if (before == threads) return;
        _before = before;
        Set(threads);
    }

    /// <summary>The process's own number: the one found when it was first asked for. A thread may have another by chance.</summary>
    public static int OfProcess => Found.Value;

    /// <summary>Puts this thread's own number back.</summary>
    public void Dispose()
    {
        if (_before != 0) Set(_before);
    }

    private static void Set(int threads)
    {
        set_num_threads(threads);
        if (threads == OfProcess) return;
        var other = new Thread(() => set_num_threads(OfProcess));
        other.Start();
        other.Join();
    }
}
