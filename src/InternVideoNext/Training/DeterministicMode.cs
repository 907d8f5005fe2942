using InternVideoNext.Native;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training;

/// <summary>
/// libtorch's deterministic kernels only, for as long as a run lasts that asks for them: an operator that has none then fails and
/// names itself. A setting of the whole process.
/// </summary>
internal sealed class DeterministicMode : IDisposable
{
    private readonly bool? _before;

    public DeterministicMode(TrainingConfig config)
    {
        if (!config.Deterministic) return;
        _before = DeterministicAlgorithms.Enabled;
        DeterministicAlgorithms.Switch(true);
    }

    public void Dispose()
    {
        if (_before is { } enabled) DeterministicAlgorithms.Switch(enabled);
    }
}
