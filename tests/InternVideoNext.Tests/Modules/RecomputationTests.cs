using InternVideoNext.Modules;
using InternVideoNext.Tests.Interactive;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class RecomputationTests
{
    [Fact]
    public void Run_BlockWithDroppedPaths_GivesTheSameOutputAndGradients()
    {
        using var scope = NewDisposeScope();
        var plain = Gradients(recomputed: false);
        var recomputed = Gradients(recomputed: true);
        Assert.Equal(plain.Count, recomputed.Count);
        foreach (var (a, b) in plain.Zip(recomputed)) Assert.True(a.eq(b).all().item<bool>());
        Assert.True(plain.Skip(1).All(g => g.abs().max().item<float>() > 0));
    }

    [Fact]
    public void Run_Part_RecordsNothingTheFirstTimeAndEverythingTheSecond()
    {
        using var scope = NewDisposeScope();
        var recorded = new List<bool>();
        var weight = tensor(2f, requires_grad: true);
        var input = tensor([1f, 3f], requires_grad: true);
        var output = new Recomputation().Run((x, _) =>
        {
            recorded.Add(is_grad_enabled());
            return x * weight;
        }, input, null);
        Assert.Equal([false], recorded);
        output.sum().backward();
        Assert.Equal([false, true], recorded);
        Assert.Equal(4f, weight.grad!.item<float>());
        Assert.Equal([2f, 2f], input.grad!.data<float>().ToArray());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Run_WhereNoGradientIsRecorded_CallsThePartOnce(bool disabled, bool inputAsks)
    {
        using var scope = NewDisposeScope();
        using var mode = disabled ? no_grad() : enable_grad();
        var calls = 0;
        var output = new Recomputation().Run((x, _) => { calls++; return x + 1; }, tensor(1f, requires_grad: inputAsks), null);
        Assert.Equal((1, false), (calls, output.requires_grad));
    }

    [Fact]
    public void Run_Repeated_NoTensorMoreIsAlive()
    {
        var alive = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            using (NewDisposeScope()) Gradients(recomputed: true);
            alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.All(alive.Skip(1), count => Assert.Equal(alive[1], count));
    }

    // Output, gradient of the input, gradients of the parameters.
    private static List<Tensor> Gradients(bool recomputed)
    {
        using var generator = new Generator(4);
        using var block = new TransformerBlock(
            new TransformerBlockOptions(16, 2, 32, GeluKind.Exact, 1, DropPath: 0.5, InitStd: 0.2), 1, generator);
        var input = randn([8, 5, 16], generator: generator).requires_grad_();
        var output = recomputed ? new Recomputation().Run(block.forward, input, generator) : block.forward(input, generator);
        output.square().mean().backward();
        return [output.detach(), input.grad!.clone(), .. block.parameters().Select(p => p.grad!.clone())];
    }
}
