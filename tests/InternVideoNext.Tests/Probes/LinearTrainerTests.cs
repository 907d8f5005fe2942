using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class LinearTrainerTests
{
    [Fact]
    public void Fit_BatchNormByAdamw_AgreesWithAPlainLoopOfLibraryModules()
    {
        using var scope = NewDisposeScope();
        using var set = MadeFeatures.Make(90, 3, 6, seed: 1, "a", 0, separation: 1.5);
        var protocol = ProbeProtocols.InternVideo2Linear with
        {
            Schedule = new() { Epochs = 4, WarmupEpochs = 1, BatchSize = 32, DecayAll = true },
            Grid = new() { LearningRates = [1e-2, 3e-2], WeightDecays = [.1] },
        };
        var task = new ProbeTask(set, [.. Enumerable.Range(0, 90)], 3, protocol.Grid.Points, Seed: 5, CPU);
        using var candidates = LinearTrainer.Fit(protocol, task, start: null);
        var probabilities = candidates.Probabilities(set.Features);
        for (var g = 0; g < 2; g++)
        {
            var expected = PlainLoop(protocol, task, task.Settings[g]);
            Assert.InRange((probabilities[g] - expected).abs().max().item<float>(), 0, 1e-5f);
        }
    }

    [Fact]
    public void Fit_ConstantChannel_IsIgnored()
    {
        using var scope = NewDisposeScope();
        using var made = MadeFeatures.Separable(60, 3, 6, seed: 2, "a");
        using var set = new FeatureSet(cat([made.Features, full([60, 1], 1e4)], 1), made.Labels, made.ClipIds, 60);
        var task = new ProbeTask(set, [.. Enumerable.Range(0, 60)], 3, [new ProbeSetting { L2 = 1e-3 }], Seed: 1, CPU);
        using var candidates = LinearTrainer.Fit(ProbeProtocols.Mini, task, start: null);
        Assert.Equal(0, candidates.Scale[-1].item<float>());
        Assert.True(candidates.Probabilities(set.Features).isfinite().all().item<bool>());
    }

    private static Tensor PlainLoop(ProbeProtocol protocol, ProbeTask task, ProbeSetting setting)
    {
        using var scope = NewDisposeScope();
        var norm = nn.BatchNorm1d(6, affine: false);
        var linear = nn.Linear(6, 3);
        foreach (var parameter in linear.parameters()) nn.init.zeros_(parameter);
        var rate = setting.LearningRate!.Value;
        using var optimiser = optim.AdamW(linear.parameters(), rate, weight_decay: setting.WeightDecay!.Value);
        var step = 0;
        for (var epoch = 0; epoch < protocol.Schedule!.Epochs; epoch++)
        {
            foreach (var rows in task.Batches(epoch, protocol.Schedule.BatchSize))
            {
                foreach (var group in optimiser.ParamGroups) group.LearningRate = rate * protocol.Schedule.ShareAt(
                    step, task.StepsPerEpoch(protocol.Schedule.BatchSize));
                optimiser.zero_grad();
                nn.functional.cross_entropy(
                    linear.forward(norm.forward(task.Set.Take(rows, CPU))), task.Set.TakeLabels(rows, CPU)).backward();
                optimiser.step();
                step++;
            }
        }
        norm.eval();
        return linear.forward(norm.forward(task.Set.Features)).softmax(-1).detach().MoveToOuterDisposeScope();
    }
}
