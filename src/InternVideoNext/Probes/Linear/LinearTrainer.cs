using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: n training rows, b rows of a batch, D feature width, K classes, G grid points.

/// <summary>Trains linear probes for all points of a grid at once.</summary>
internal static class LinearTrainer
{
    private const double NormEpsilon = 1e-5;
    private const double Momentum = 0.1;

    /// <summary>Fits on the task's rows. The set may hold tokens: their mean is taken.</summary>
    public static LinearCandidates Fit(ProbeProtocol protocol, ProbeTask task, ProbeStart? start)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var x = Pool(task);                                                       // [n, D]
        var labels = task.Set.TakeLabels(task.Rows, task.Device);
        if (protocol.Normalization == FeatureNormalization.LayerNorm) x = nn.functional.layer_norm(x, [x.size(1)]);
        var (mean, scale) = protocol.Normalization == FeatureNormalization.Standardize ? Statistics(x)
            : (zeros_like(x[0]), ones_like(x[0]));
        if (protocol.Normalization == FeatureNormalization.Standardize) x = (x - mean) * scale;
        return protocol.Solver == ProbeSolver.Lbfgs
            ? Optimum(protocol, task, x, labels, mean, scale)
            : Descend(protocol, task, x, labels, mean, scale, start);
    }

    private static LinearCandidates Optimum(ProbeProtocol protocol, ProbeTask task, Tensor x, Tensor labels, Tensor mean, Tensor scale)
    {
        using var solution = LogisticRegression.Solve(
            x, labels, task.Classes, [.. task.Settings.Select(setting => setting.L2!.Value)], cancellation: task.Cancellation);
        return Keep(protocol, task, mean, scale, solution.Weights.to(float32), solution.Bias.to(float32), solution.Loss);
    }

    // Softmax regression has its gradient in closed form: x^T (p - y) / b for all points in one product.
    private static LinearCandidates Descend(
        ProbeProtocol protocol, ProbeTask task, Tensor x, Tensor labels, Tensor mean, Tensor scale, ProbeStart? start)
    {
        var schedule = protocol.Schedule!;
        var batchNorm = protocol.Normalization == FeatureNormalization.BatchNorm;
        var (weights, bias) = StartingPoint(task, x, start);
        var variance = ones_like(mean);
        var losses = zeros(task.Settings.Count, device: task.Device);
        using var optimiser = new BatchedAdamW([weights, bias], [true, schedule.DecayAll], task.Settings);
        var place = PlaceOfRow(task.Rows);
        int step = 0, perEpoch = task.StepsPerEpoch(schedule.BatchSize);
        for (var epoch = 0; epoch < schedule.Epochs; epoch++)
        {
            losses.zero_();
            foreach (var rows in task.Batches(epoch, schedule.BatchSize))
            {
                using var inner = NewDisposeScope();
                var index = tensor(rows.Select(row => place[row]).ToArray(), device: task.Device);
                var batch = x.index_select(0, index);                                // [b, D]
                if (batchNorm) batch = NormaliseBatch(batch, mean, variance);
                var logProbabilities = nn.functional.log_softmax(batch.matmul(weights) + bias.unsqueeze(1), -1); // [G, b, K]
                var right = labels.index_select(0, index).reshape(1, -1, 1).expand(task.Settings.Count, -1, 1);
                losses.sub_(logProbabilities.gather(-1, right).sum([1, 2]));
                var errors = logProbabilities.exp();
                errors.scatter_add_(-1, right, ones_like(right, dtype: float32).neg());
                errors.div_(rows.Length);
                optimiser.Step([batch.T.matmul(errors), errors.sum(1)], schedule.ShareAt(step++, perEpoch));
            }
        }
        if (batchNorm) scale = (variance + NormEpsilon).rsqrt();
        var meanLoss = (losses / task.Rows.Length).to(float64).cpu().data<double>().ToArray();
        return Keep(protocol, task, mean, scale, weights, bias, meanLoss);
    }

    private static (Tensor Weights, Tensor Bias) StartingPoint(ProbeTask task, Tensor x, ProbeStart? start)
    {
        var points = task.Settings.Count;
        if (start is null) return (
            zeros(points, x.size(1), task.Classes, device: task.Device), zeros(points, task.Classes, device: task.Device));
        var (weight, bias) = start.Head(task.Device);
        return (weight.T.unsqueeze(0).repeat(points, 1, 1), bias.unsqueeze(0).repeat(points, 1));
    }

    private static Tensor NormaliseBatch(Tensor batch, Tensor runningMean, Tensor runningVariance)
    {
        var mean = batch.mean([0]);
        var centred = batch - mean;
        var variance = centred.square().mean([0]);
        runningMean.mul_(1 - Momentum).add_(mean, alpha: Momentum);
        var unbiased = batch.size(0) / (double)Math.Max(1, batch.size(0) - 1);
        runningVariance.mul_(1 - Momentum).add_(variance, alpha: Momentum * unbiased);
        return centred * (variance + NormEpsilon).rsqrt();
    }

    // A channel that is constant but for rounding carries nothing: scaled to 0, not blown up.
    private static (Tensor Mean, Tensor Scale) Statistics(Tensor x)
    {
        var wide = x.to(float64);
        var mean = wide.mean([0]);
        var deviation = (wide - mean).square().mean([0]).sqrt();
        var alive = deviation.gt((mean.abs() * 1e-7) + 1e-12);
        var scale = where(alive, 1 / deviation.clamp_min(1e-300), zeros_like(deviation));
        return (mean.to(float32), scale.to(float32));
    }

    /// <summary>The mean tokens of the task's rows, [n, D].</summary>
    public static Tensor Pool(ProbeTask task)
    {
        if (!task.Set.HasTokens) return task.Set.Take(task.Rows, task.Device);
        // In parts: a copy of all tokens would double the memory.
        var parts = new List<Tensor>();
        foreach (var rows in task.Rows.Chunk(1024))
        {
            using var tokens = task.Set.Take(rows, task.Device);
            parts.Add(tokens.mean([1]));
        }
        return cat(parts, 0);
    }

    private static Dictionary<int, long> PlaceOfRow(int[] rows)
    {
        var place = new Dictionary<int, long>(rows.Length);
        for (var i = 0; i < rows.Length; i++) place[rows[i]] = i;
        return place;
    }

    private static LinearCandidates Keep(
        ProbeProtocol protocol, ProbeTask task, Tensor mean, Tensor scale, Tensor weights, Tensor bias,
            IReadOnlyList<double> losses) => new()
            {
                Settings = task.Settings,
                TrainLoss = [.. losses.Select(loss => (double?)loss)],
                LayerNorm = protocol.Normalization == FeatureNormalization.LayerNorm,
                Mean = mean.DetachFromDisposeScope(),
                Scale = scale.DetachFromDisposeScope(),
                Weights = weights.DetachFromDisposeScope(),
                Bias = bias.DetachFromDisposeScope(),
            };
}
