using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Foundation;

/// <summary>
/// The source of random tensors in training: masks, dropped paths, timesteps and noise draw from one of these and from nothing else.
/// Tensors lie on its device, in the caller's dispose scope. Not thread-safe.
/// </summary>
/// <remarks>
/// On the CPU it draws from libtorch's generator. On other devices it cannot: TorchSharp's generators are the CPU's whatever device they
/// are given, and libtorch refuses to fill a tensor of another device from them. There each number is a function of the seed, of how many
/// draws came before, and of its place in the tensor (<see cref="CounterRandom"/>), so that nothing is shared and nothing has a state.
/// </remarks>
public abstract class TensorRandom : IDisposable
{
    /// <summary>Where the tensors lie.</summary>
    public abstract Device Device { get; }

    /// <summary>A source whose draws follow from the seed alone.</summary>
    /// <param name="seed">Usually from <see cref="SeedSequence.Derive"/>.</param>
    /// <param name="device">Where the draws are needed.</param>
    public static TensorRandom Of(ulong seed, Device device) => device.type == DeviceType.CPU
        ? new GeneratorRandom(new Generator(seed, CPU), owns: true) : new CounterRandom(seed, device);

    /// <summary>Draws from a generator of libtorch, which stays the caller's.</summary>
    /// <param name="generator">On the CPU. Null where nothing shall be drawn.</param>
    /// <exception cref="ArgumentException">The generator says that it is on another device, where TorchSharp has none.</exception>
    [return: NotNullIfNotNull(nameof(generator))]
    public static TensorRandom? FromGenerator(Generator? generator) => generator is null ? null
        : generator.device.type == DeviceType.CPU ? new GeneratorRandom(generator, owns: false)
        : throw new ArgumentException(
            $"TorchSharp's generators draw on the CPU alone, not on {generator.device}; take TensorRandom.Of(seed, device)",
            nameof(generator));

    /// <inheritdoc cref="FromGenerator"/>
    [return: NotNullIfNotNull(nameof(generator))]
    public static implicit operator TensorRandom?(Generator? generator) => FromGenerator(generator);

    /// <summary>Uniform numbers in [0, 1), float32.</summary>
    public abstract Tensor Uniform(params long[] shape);

    /// <summary>Standard normal numbers, float32.</summary>
    public abstract Tensor Normal(params long[] shape);

    /// <summary>Exponentially distributed numbers of mean 1, float32.</summary>
    public abstract Tensor Exponential(params long[] shape);

    /// <summary>Ones with a probability, else zeros.</summary>
    /// <param name="probability">0..1.</param>
    /// <param name="dtype">Of the tensor.</param>
    /// <param name="shape">Of the tensor.</param>
    public abstract Tensor Bernoulli(double probability, ScalarType dtype, params long[] shape);

    /// <summary>Uniform integers 0 .. <paramref name="bound"/> - 1, [count] int64.</summary>
    /// <param name="bound">1 .. 2^31 - 1.</param>
    /// <param name="count">How many.</param>
    public abstract Tensor Integers(int bound, long count);

    /// <summary>The numbers 0 .. <paramref name="count"/> - 1 in random order, [count] int64.</summary>
    public abstract Tensor Permutation(long count);

    /// <summary>A seed for draws on the host (<see cref="DeterministicRandom"/>). Nothing waits for the device.</summary>
    public abstract ulong NextSeed();

    /// <summary>A second source, whose draws are those that this one makes from here on. The caller disposes it.</summary>
    public abstract TensorRandom Fork();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what it holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        // Nothing is held, unless a kind says so.
    }
}

/// <summary>Draws on the CPU, from libtorch's generator.</summary>
internal sealed class GeneratorRandom(Generator generator, bool owns) : TensorRandom
{
    public override Device Device => CPU;

    public override Tensor Uniform(params long[] shape) => rand(shape, dtype: float32, device: CPU, generator: generator);

    public override Tensor Normal(params long[] shape) => randn(shape, dtype: float32, device: CPU, generator: generator);

    public override Tensor Exponential(params long[] shape) => empty(shape, dtype: float32, device: CPU).exponential_(1.0, generator);

    public override Tensor Bernoulli(double probability, ScalarType dtype, params long[] shape) =>
        empty(shape, dtype: dtype, device: CPU).bernoulli_(probability, generator);

    public override Tensor Integers(int bound, long count) => randint(0, bound, count, dtype: int64, device: CPU, generator: generator);

    public override Tensor Permutation(long count) => randperm(count, dtype: int64, device: CPU, generator: generator);

    // A function of the generator's state, which moves on by one draw.
    public override ulong NextSeed()
    {
        using var scope = NewDisposeScope();
        var state = generator.get_state().data<byte>().ToArray();
        _ = rand(1, device: CPU, generator: generator);
        return SeedSequence.Derive((ulong)state.Length, MemoryMarshal.Cast<byte, ulong>(state));
    }

    public override TensorRandom Fork()
    {
        using var state = generator.get_state();
        var copy = new Generator(0, CPU);
        copy.set_state(state);
        return new GeneratorRandom(copy, owns: true);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && owns) generator.Dispose();
        base.Dispose(disposing);
    }
}
