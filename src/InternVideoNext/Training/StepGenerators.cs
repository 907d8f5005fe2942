using InternVideoNext.Randomness;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// Fresh generators for one step, each a function of (seed, stream, step): a resumed run draws what an uninterrupted one would.
/// </summary>
internal sealed class StepGenerators(ulong seed, long step, Device device) : IDisposable
{
    private readonly List<Generator> _made = [];

    /// <summary>For masks and everything else that is drawn once per step.</summary>
    public Generator Mask => Make(Stream.Mask);

    /// <summary>For dropped paths.</summary>
    public Generator DropPath => Make(Stream.DropPath);

    /// <summary>For the diffusion loss: timesteps and noise.</summary>
    public Generator Noise => Make(Stream.Noise);

    /// <summary>For a run's initial weights, always on the CPU.</summary>
    public static Generator ForWeights(ulong seed) => new(SeedSequence.Derive(seed, (ulong)Stream.Weights), CPU);

    public void Dispose() => _made.ForEach(g => g.Dispose());

    private Generator Make(Stream stream)
    {
        var generator = new Generator(SeedSequence.Derive(seed, (ulong)stream, (ulong)step), device);
        _made.Add(generator);
        return generator;
    }

    private enum Stream : ulong { Weights = 1, Mask, DropPath, Noise }
}
