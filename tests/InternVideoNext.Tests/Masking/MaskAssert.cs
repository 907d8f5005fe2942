using InternVideoNext.Masking;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Masking;

/// <summary>What every mask must be, whatever the policy.</summary>
internal static class MaskAssert
{
    /// <summary>Both tables ascending, disjoint, together every token once; gives the visible rows.</summary>
    public static long[][] IsPartition(TokenMask mask, int batch, TokenGrid grid)
    {
        Assert.Equal(int64, mask.Visible.dtype);
        Assert.Equal(int64, mask.Masked.dtype);
        var (visible, masked) = (Rows(mask.Visible), Rows(mask.Masked));
        Assert.Equal((batch, batch), (visible.Length, masked.Length));
        for (var i = 0; i < batch; i++)
        {
            Assert.Equal(visible[i].Order(), visible[i]);
            Assert.Equal(masked[i].Order(), masked[i]);
            Assert.Equal(Enumerable.Range(0, grid.Tokens).Select(n => (long)n), visible[i].Concat(masked[i]).Order());
            Assert.NotEmpty(visible[i]);
            Assert.NotEmpty(masked[i]);
        }
        return visible;
    }

    public static long[][] Rows(Tensor table)
    {
        var (flat, width) = (table.data<long>().ToArray(), (int)table.size(1));
        return [.. Enumerable.Range(0, (int)table.size(0)).Select(row => flat[(row * width)..((row + 1) * width)])];
    }

    /// <summary>The same seed gives the same masks, another seed others.</summary>
    public static void DependsOnSeedAlone(IMaskingPolicy policy, int batch, Tensor? saliency = null)
    {
        using var scope = NewDisposeScope();
        var first = Draw(1);
        Assert.Equal(first, Draw(1));
        Assert.NotEqual(first, Draw(2));

        long[] Draw(ulong seed) =>
            [.. policy.Draw(batch, saliency, new Generator(seed)).SelectMany(mask => mask.Visible.data<long>().ToArray())];
    }
}
