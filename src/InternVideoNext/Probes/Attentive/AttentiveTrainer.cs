using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: b rows of a part, N tokens, C width, K classes, G grid points.

/// <summary>Trains attentive probes for all points of a grid at once: one pass over the tokens serves them all.</summary>
internal static class AttentiveTrainer
{
    private const ulong WeightStream = 3;

    // Activations kept for the backward pass, in numbers: 512 MiB of float32.
    private const long ActivationBudget = 1L << 27;

    /// <summary>Fits on the task's rows. All points start from the same weights and see the same batches.</summary>
    public static AttentiveCandidates Fit(ProbeProtocol protocol, ProbeTask task, ProbeStart? start)
    {
        using var scope = NewDisposeScope();
        var schedule = protocol.Schedule!;
        var bank = Start(protocol, task, start);
        var decays = bank.Names.Zip(
            bank.Parameters, (name, parameter) => schedule.DecayAll || (parameter.dim() > 2 && name != "pooler.query_tokens"));
        using var optimiser = new BatchedAdamW(bank.Parameters, decays, task.Settings);
        var losses = zeros(task.Settings.Count, device: task.Device);
        int step = 0, perEpoch = task.StepsPerEpoch(schedule.BatchSize), part = RowsAtOnce(protocol, task);
        for (var epoch = 0; epoch < schedule.Epochs; epoch++)
        {
            losses.zero_();
            foreach (var rows in task.Batches(epoch, schedule.BatchSize))
            {
                using var inner = NewDisposeScope();
                optimiser.Step(Gradients(bank, task, rows, part, losses), schedule.ShareAt(step++, perEpoch));
            }
        }
        return new AttentiveCandidates(bank)
        {
            Settings = task.Settings,
            TrainLoss = [.. (losses / task.Rows.Length).to(float64).cpu().data<double>().Select(loss => (double?)loss)],
        };
    }

    // Mean-loss gradients of a batch, in parts that fit the memory; adds the batch's summed losses to losses, [G].
    private static List<Tensor> Gradients(AttentiveBank bank, ProbeTask task, int[] rows, int part, Tensor losses)
    {
        List<Tensor>? sums = null;
        foreach (var some in rows.Chunk(part))
        {
            using var scope = NewDisposeScope();
            var labels = task.Set.TakeLabels(some, task.Device).reshape(1, -1, 1).expand(task.Settings.Count, -1, 1);
            var logProbabilities = nn.functional.log_softmax(bank.Logits(task.Set.Take(some, task.Device)), -1); // [G, b, K]
            var loss = logProbabilities.gather(-1, labels).sum([1, 2]).neg();                                     // [G]
            using (no_grad()) losses.add_(loss.detach());
            // The probes share no parameter, so the gradient of the sum holds each one's own.
            var gradients = autograd.grad([loss.sum() / rows.Length], [.. bank.Parameters]);
            sums = sums is null ? [.. gradients] : [.. sums.Zip(gradients, (sum, gradient) => sum.add_(gradient))];
            foreach (var sum in sums) sum.MoveToOuterDisposeScope();
        }
        return sums!;
    }

    private static AttentiveBank Start(ProbeProtocol protocol, ProbeTask task, ProbeStart? start)
    {
        using var generator = new Generator(SeedSequence.Derive(task.Seed, WeightStream));
        var config = new AttentiveProbeConfig
        {
            Width = (int)task.Set.Width,
            Classes = task.Classes,
            Heads = protocol.Heads,
            Blocks = protocol.Blocks,
            MlpRatio = protocol.MlpRatio,
        };
        using var probe = config.Build(generator);
        if (start is not null) Adopt(probe, start);
        return new AttentiveBank(probe, task.Settings.Count, task.Device);
    }

    private static void Adopt(AttentiveProbe probe, ProbeStart start)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var given = start.Probe.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter, StringComparer.Ordinal);
        var (weight, bias) = start.Head(CPU);
        given["linear.weight"] = weight;
        given["linear.bias"] = bias;
        foreach (var (name, parameter) in probe.named_parameters())
        {
            if (!given.TryGetValue(name, out var value) || !value.shape.SequenceEqual(parameter.shape))
                throw new ArgumentException(
                    $"the starting probe has no '{name}' of shape [{string.Join(", ", parameter.shape)}]: its form differs from the "
                    + "protocol's.");
            parameter.copy_(value);
        }
    }

    private static int RowsAtOnce(ProbeProtocol protocol, ProbeTask task)
    {
        long tokens = task.Set.Features.size(1), width = task.Set.Width, points = task.Settings.Count;
        var perRow = (3 * tokens * width) + (2 * points * protocol.Heads * (tokens + (2 * width)))
            + (points * (protocol.Blocks - 1) * tokens * (long)(width * (10 + (2 * protocol.MlpRatio))));
        return (int)Math.Clamp(ActivationBudget / perRow, 1, protocol.Schedule!.BatchSize);
    }
}

/// <summary>Attentive probes of all grid points.</summary>
internal sealed class AttentiveCandidates(AttentiveBank bank) : ProbeCandidates
{
    /// <inheritdoc/>
    public override Tensor Probabilities(Tensor features)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return bank.Logits(features).softmax(-1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Probe Extract(int point) => bank.Extract(point);

    /// <inheritdoc/>
    public override void Dispose() => bank.Dispose();
}
