using CsCheck;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Masking;

public sealed class TokenMaskTests
{
    [Fact]
    public void FromBoolean_AnyMask_RoundTrips() =>
        (from batch in Gen.Int[1, 3]
         from tokens in Gen.Int[2, 40]
         from visible in Gen.Int[1, tokens - 1]
         from seed in Gen.ULong
         select (batch, tokens, visible, seed)).Sample(c =>
        {
            using var scope = NewDisposeScope();
            var order = rand(c.batch, c.tokens, generator: new Generator(c.seed)).argsort(1);
            var mask = order.ge(c.visible);
            var tables = TokenMask.FromBoolean(mask, c.visible);
            Assert.Equal(c.tokens, tables.TokenCount);
            Assert.True(tables.ToBoolean().Equals(mask));
            MaskAssert.IsPartition(tables, c.batch, new TokenGrid(1, 1, c.tokens));
        }, iter: 50);

    [Fact]
    public void FromIndices_WrongShapes_ThrowsNamingThem()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => TokenMask.FromIndices(zeros(2, 3, dtype: int64), zeros(3, 3, dtype: int64)));
        Assert.Contains("[2, 3]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TokenMask.FromIndices(zeros(2, 3), zeros(2, 3)));
    }

    [Fact]
    public void To_SameDevice_IsACopyOfItsOwn()
    {
        using var scope = NewDisposeScope();
        var mask = new TubeMaskingConfig().Build(new TokenGrid(2, 4, 4)).Draw(1, null, new Generator(1))[0];
        var copy = mask.To(CPU);
        var expected = mask.Visible.data<long>().ToArray();
        mask.Dispose();
        Assert.Equal(expected, copy.Visible.data<long>().ToArray());
    }
}
