using static TorchSharp.torch;

namespace InternVideoNext.Foundation;

// Shapes: n numbers of a draw.

/// <summary>
/// Draws on any device without a generator: number i of draw c is element i of the SplitMix64 sequence that begins at a seed derived from
/// (seed, c), computed by integer operators (Steele, Lea, Flood 2014). The integers are the same on every device, and so are the uniform
/// numbers and what follows from them by comparison or order; of normal numbers the last bits may differ.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="device">Where the tensors lie.</param>
/// <param name="draws">How many came before.</param>
internal sealed class CounterRandom(ulong seed, Device device, ulong draws = 0) : TensorRandom
{
    // Up to so many are computed on the host and copied: one small copy costs less than issuing a dozen operators.
    private const long FewOnHost = 2048;

    private ulong _draws = draws;

    public override Device Device => device;

    public override Tensor Uniform(params long[] shape)
    {
        using var scope = NewDisposeScope();
        // 24 bits are what a float32 below 1 holds.
        return (High(Bits(Count(shape)), 24).to(float32) * MathF.Pow(2, -24)).view(shape).MoveToOuterDisposeScope();
    }

    public override Tensor Normal(params long[] shape)
    {
        using var scope = NewDisposeScope();
        var count = Count(shape);
        // Box and Muller 1958: two numbers of each 64 bits.
        var bits = Bits((count + 1) / 2);                                                           // [n / 2]
        var radius = (High(bits, 32) + 1).to(float32).mul_(MathF.Pow(2, -32)).log_().mul_(-2).sqrt_();
        var angle = bits.bitwise_and(Constant(uint.MaxValue)).to(float32).mul_((float)(2 * Math.PI * Math.Pow(2, -32)));
        return cat([angle.cos().mul_(radius), angle.sin_().mul_(radius)]).narrow(0, 0, count).view(shape).MoveToOuterDisposeScope();
    }

    public override Tensor Exponential(params long[] shape)
    {
        using var scope = NewDisposeScope();
        // In float64, since the smallest of many decide.
        var uniform = High(Bits(Count(shape)), 53).to(float64) * Math.Pow(2, -53);
        return uniform.neg_().log1p_().neg_().to(float32).view(shape).MoveToOuterDisposeScope();
    }

    public override Tensor Bernoulli(double probability, ScalarType dtype, params long[] shape)
    {
        using var scope = NewDisposeScope();
        return Uniform(shape).lt((float)probability).to(dtype).MoveToOuterDisposeScope();
    }

    public override Tensor Integers(int bound, long count)
    {
        using var scope = NewDisposeScope();
        return High(Bits(count), 32).mul_(bound).bitwise_right_shift(Constant(32)).MoveToOuterDisposeScope();
    }

    public override Tensor Permutation(long count)
    {
        using var scope = NewDisposeScope();
        var (_, order) = Bits(count).sort(0, descending: false, stable: true);
        return order.MoveToOuterDisposeScope();
    }

    public override ulong NextSeed() => SeedSequence.Derive(seed, _draws++);

    public override TensorRandom Fork() => new CounterRandom(seed, device, _draws);

    /// <summary>The next draw's 64 random bits for each number, [n] int64.</summary>
    internal Tensor Bits(long count) => count <= FewOnHost ? BitsFromHost(count) : BitsOnDevice(count);

    internal Tensor BitsFromHost(long count)
    {
        var random = new DeterministicRandom(NextSeed());
        var bits = new long[count];
        for (var i = 0; i < bits.Length; i++) bits[i] = unchecked((long)random.NextUInt64());
        using var scope = NewDisposeScope();
        return PinnedCopy.To(tensor(bits, dtype: int64, device: CPU), device).MoveToOuterDisposeScope();
    }

    internal Tensor BitsOnDevice(long count)
    {
        using var scope = NewDisposeScope();
        var state = arange(1, count + 1, dtype: int64, device: device).mul_(unchecked((long)SeedSequence.Golden))
            .add_(unchecked((long)NextSeed()));
        state = FoldDown(state, 30).mul_(unchecked((long)SeedSequence.FirstFactor));
        state = FoldDown(state, 27).mul_(unchecked((long)SeedSequence.SecondFactor));
        return FoldDown(state, 31).MoveToOuterDisposeScope();
    }

    // z ^ (z >> bits), in place.
    private Tensor FoldDown(Tensor z, int bits)
    {
        using var shifted = High(z, 64 - bits);
        return z.bitwise_xor_(shifted);
    }

    // The upper bits as a number. A shift of int64 copies the sign, which is masked away.
    private Tensor High(Tensor z, int bits)
    {
        using var shift = Constant(64 - bits);
        using var mask = Constant((1L << bits) - 1);
        return z.bitwise_right_shift(shift).bitwise_and_(mask);
    }

    private Tensor Constant(long value) => full([], value, dtype: int64, device: device);

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, length) => checked(product * length));
}
