using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>
/// A thread of its own for a long computation. Dispose scopes belong to a thread, and so does the number of threads among which
/// libtorch shares out an operation, which decides the last bits of sums: here it is set once, and no other work comes in between.
/// </summary>
/// <remarks>
/// Elsewhere a thread takes the number set last, in whichever thread, when it first computes, and keeps it. So threads that begin to
/// compute while work with a number of its own is under way take that number; this thread's does not change.
/// </remarks>
internal static class ComputeThread
{
    // A thread that begins has the process's number, as long as nothing here has set another.
    private static readonly Lazy<int> OfProcess = new(get_num_threads);

    /// <summary>Starts a computation.</summary>
    /// <param name="threads">Among which libtorch shares out its operations; 0: as many as the process takes by itself.</param>
    /// <param name="work">All of it. What it has to wait for, it blocks on.</param>
    public static Task<T> RunAsync<T>(int threads, Func<T> work)
    {
        // Who awaits it goes on in another thread.
        var task = new Task<T>(() => WithThreads(threads, work), TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => task.RunSynchronously(TaskScheduler.Default)) { IsBackground = true, Name = "computation" }.Start();
        return task;
    }

    /// <summary>Computes, and waits for the result.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static T Run<T>(int threads, Func<T> work) => RunAsync(threads, work).GetAwaiter().GetResult();

    private static T WithThreads<T>(int threads, Func<T> work)
    {
        var ofProcess = OfProcess.Value;
        _ = get_num_threads(); // the thread's first computation would take the number set last, in whichever thread, over what is set here
        set_num_threads(threads > 0 ? threads : ofProcess);
        try
        {
            return work();
        }
        finally
        {
            set_num_threads(ofProcess); // for threads that begin later
        }
    }
}
