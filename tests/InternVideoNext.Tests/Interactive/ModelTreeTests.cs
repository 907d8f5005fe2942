using InternVideoNext.Interactive;
using InternVideoNext.Native;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Tests.Interactive;

public sealed class ModelTreeTests
{
    // The modules below are made before anything of ours is touched.
    public ModelTreeTests() => LibTorch.EnsureLoaded();

    [Fact]
    public void ToHtml_StackOfBlocks_CountsAllAndShowsLikeBlocksOnce()
    {
        using var model = Sequential(("embed", Linear(3, 8)), ("a", Linear(8, 8)), ("b", Linear(8, 8)), ("norm", BatchNorm1d(8)));
        var tree = new ModelTree(model, "<student>");
        Assert.Equal((3 * 8) + 8 + (2 * (64 + 8)) + 16, tree.Parameters);
        var text = Fragments.Parse(tree).Value;
        Assert.Contains("<student>", text, StringComparison.Ordinal);
        Assert.Contains("a … b Linear, 72 each", text, StringComparison.Ordinal);
        Assert.Contains("weight [8, 3]", text, StringComparison.Ordinal);
        Assert.Contains("running_mean [8] buffer", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_ModuleWithoutParameters_IsOneLine()
    {
        using var model = GELU();
        Assert.Empty(Fragments.Parse(new ModelTree(model)).All("details"));
    }

    [Fact]
    public void ModelTree_Made_LeavesNoTensorsBehind()
    {
        using var model = Sequential(("a", Linear(3, 8)), ("b", BatchNorm1d(8)));
        _ = new ModelTree(model).ToHtml();
        using var scope = torch.NewDisposeScope();
        _ = new ModelTree(model).ToHtml();
        Assert.Equal(0, scope.DisposablesCount);
        Assert.False(model.parameters().First().IsInvalid);
    }
}
