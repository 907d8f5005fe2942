using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// libtorch's settings on which the last bits of a result depend: deterministic kernels only (an operator that has none then
/// fails and names itself), for as long as a run lasts, and the number of threads, which split sums, for each piece of work.
/// </summary>
/// <remarks>
/// The kernels are a setting of the whole process. The number of threads is each thread's own: one that has computed before
/// keeps the number it had, and after an await a run goes on in whichever thread is free. On CUDA cuBLAS asks for
/// CUBLAS_WORKSPACE_CONFIG=:4096:8 in the environment besides; it cannot be set from within a started process.
/// </remarks>
internal sealed class DeterministicMode : IDisposable
{
    private readonly int _threads;
    private readonly bool? _kernelsBefore;

    public DeterministicMode(TrainingConfig config)
    {
        _threads = config.Threads;
        if (!config.Deterministic) return;
        _kernelsBefore = DeterministicAlgorithms.Enabled;
        DeterministicAlgorithms.Switch(true);
    }

    /// <summary>Gives this thread the configured number, where there is one, until disposed; nothing may be awaited in between.</summary>
    public ThreadsHeld HoldThreads() => new(_threads);

    public void Dispose()
    {
        if (_kernelsBefore is { } enabled) DeterministicAlgorithms.Switch(enabled);
    }

    /// <summary>A thread's own number of threads, put back when disposed.</summary>
    public readonly ref struct ThreadsHeld
    {
        private readonly int _before;

        public ThreadsHeld(int threads)
        {
            if (threads == 0 || (_before = get_num_threads()) == threads)
            {
                _before = 0;
                return;
            }
            set_num_threads(threads);
        }

        public void Dispose()
        {
            if (_before != 0) set_num_threads(_before);
        }
    }
}
