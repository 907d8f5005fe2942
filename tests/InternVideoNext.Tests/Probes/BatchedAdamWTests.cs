using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class BatchedAdamWTests
{
    [Fact]
    public void Step_AgainstTheLibrarysOptimiser_AgreesForEveryModel()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        ProbeSetting[] settings = [new() { LearningRate = 1e-2, WeightDecay = 0.1 }, new() { LearningRate = 3e-3, WeightDecay = 0.8 }];
        var stacked = randn([2, 3, 4], generator: generator);
        var alone = Enumerable.Range(0, 2).Select(g => new TorchSharp.Modules.Parameter(stacked[g].clone())).ToArray();
        var optimisers = settings.Select(
            (setting, g) => optim.AdamW([alone[g]], setting.LearningRate!.Value, weight_decay: setting.WeightDecay!.Value)).ToArray();
        using var batched = new BatchedAdamW([stacked], [true], settings);
        for (var step = 0; step < 5; step++)
        {
            var gradient = randn([2, 3, 4], generator: generator);
            batched.Step([gradient], 1);
            for (var g = 0; g < 2; g++)
            {
                alone[g].grad = gradient[g].clone();
                optimisers[g].step();
            }
        }
        for (var g = 0; g < 2; g++) Assert.InRange((stacked[g] - alone[g]).abs().max().item<float>(), 0, 1e-6f);
        foreach (var optimiser in optimisers) optimiser.Dispose();
    }
}
