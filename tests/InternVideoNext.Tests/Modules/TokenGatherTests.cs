using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class TokenGatherTests
{
    [Fact]
    public void Select_Indices_PicksThoseTokensAndOnlyTheirGradients()
    {
        using var scope = NewDisposeScope();
        var tokens = arange(2 * 5 * 3, dtype: float32).view(2, 5, 3).requires_grad_();
        var index = tensor(new long[,] { { 0, 4 }, { 3, 1 } });

        var chosen = TokenGather.Select(tokens, index);
        chosen.sum().backward();

        Assert.Equal([0, 1, 2, 12, 13, 14, 24, 25, 26, 18, 19, 20], chosen.detach().data<float>().ToArray());
        Assert.Equal([1, 0, 0, 0, 1, 0, 1, 0, 1, 0], tokens.grad![.., .., 0].flatten().contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Select_SharedTable_ServesEveryClip()
    {
        using var scope = NewDisposeScope();
        var chosen = TokenGather.Select(arange(4, dtype: float32).view(1, 4, 1), tensor(new long[,] { { 0 }, { 2 }, { 3 } }));
        Assert.Equal([3, 1, 1], chosen.shape);
        Assert.Equal([0, 2, 3], chosen.data<float>().ToArray());
    }
}
