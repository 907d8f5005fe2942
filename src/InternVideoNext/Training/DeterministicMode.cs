using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// libtorch's settings on which the last bits of a result depend, for as long as a run lasts: the number of threads, which
/// split sums, and deterministic kernels only (an operator that has none then fails and names itself).
/// </summary>
/// <remarks>
/// They are of the whole process. On CUDA cuBLAS asks for CUBLAS_WORKSPACE_CONFIG=:4096:8 in the environment besides; it
/// cannot be set from within a started process.
/// </remarks>
internal sealed class DeterministicMode : IDisposable
{
    private readonly int? _threadsBefore;
    private readonly bool? _kernelsBefore;

    public DeterministicMode(TrainingConfig config)
    {
        if (config.Deterministic)
        {
            _kernelsBefore = DeterministicAlgorithms.Enabled;
            DeterministicAlgorithms.Switch(true);
        }
        if (config.Threads == 0) return;
        _threadsBefore = get_num_threads();
        set_num_threads(config.Threads);
    }

    public void Dispose()
    {
        if (_kernelsBefore is { } enabled) DeterministicAlgorithms.Switch(enabled);
        if (_threadsBefore is { } threads) set_num_threads(threads);
    }
}
