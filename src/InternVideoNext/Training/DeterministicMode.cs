using InternVideoNext.Native;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training;

/// <summary>
/// libtorch's settings on which the last bits of a result depend: deterministic kernels only (an operator that has none then
/// fails and names itself), for as long as a run lasts, and the number of threads, which split sums, for each piece of work.
/// </summary>
/// <remarks>
/// The kernels are a setting of the whole process. The number of threads is each thread's own: one that has computed before
/// keeps the number it had, and after an await a run goes on in whichever thread is free. So runs that name no number all take
/// the one that the process's first run found. On CUDA cuBLAS asks for CUBLAS_WORKSPACE_CONFIG=:4096:8 in the environment
/// besides; it cannot be set from within a started process.
/// </remarks>
internal sealed class DeterministicMode : IDisposable
{
    private readonly int _threads;
    private readonly bool? _kernelsBefore;

    public DeterministicMode(TrainingConfig config)
    {
        _threads = config.Threads > 0 ? config.Threads : ThreadsHeld.OfProcess;
        if (!config.Deterministic) return;
        _kernelsBefore = DeterministicAlgorithms.Enabled;
        DeterministicAlgorithms.Switch(true);
    }

    /// <summary>Gives this thread the run's number until disposed; nothing may be awaited in between.</summary>
    public ThreadsHeld HoldThreads() => new(_threads);

    public void Dispose()
    {
        if (_kernelsBefore is { } enabled) DeterministicAlgorithms.Switch(enabled);
    }
}
