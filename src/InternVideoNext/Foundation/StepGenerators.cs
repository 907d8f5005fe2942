using static TorchSharp.torch;

namespace InternVideoNext.Foundation;

/// <summary>
/// Fresh sources of random tensors for one step, each a function of (seed, stream, step): a resumed run draws what an uninterrupted one
/// would.
/// </summary>
/// <param name="seed">The run's.</param>
/// <param name="step">0-based.</param>
/// <param name="device">Where the draws are made.</param>
public sealed class StepGenerators(ulong seed, long step, Device device) : IDisposable
{
    /// <summary>For masks and everything else that is drawn once per step.</summary>
    public TensorRandom Mask { get; } = Make(seed, Stream.Mask, step, device);

    /// <summary>For dropped paths.</summary>
    public TensorRandom DropPath { get; } = Make(seed, Stream.DropPath, step, device);

    /// <summary>For the diffusion loss: timesteps and noise.</summary>
    public TensorRandom Noise { get; } = Make(seed, Stream.Noise, step, device);

    /// <summary>For a run's initial weights, always on the CPU.</summary>
    /// <param name="seed">The run's.</param>
    public static Generator ForWeights(ulong seed) => new(SeedSequence.Derive(seed, (ulong)Stream.Weights), CPU);

    /// <inheritdoc/>
    public void Dispose()
    {
        Mask.Dispose();
        DropPath.Dispose();
        Noise.Dispose();
    }

    private static TensorRandom Make(ulong seed, Stream stream, long step, Device device) =>
        TensorRandom.Of(SeedSequence.Derive(seed, (ulong)stream, (ulong)step), device);

    private enum Stream : ulong { Weights = 1, Mask, DropPath, Noise }
}
