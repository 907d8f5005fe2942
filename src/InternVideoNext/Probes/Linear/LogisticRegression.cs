using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: n rows, D channels, E = D + 1 (a column of ones behind), K classes, G regularisation strengths.

/// <summary>
/// Multinomial logistic regression to its optimum: min mean cross-entropy + l2 / 2 |W|^2 (the bias is free), for several
/// l2 at once on shared features. Full-batch L-BFGS in float64 with every strength's line search side by side.
/// The features are first centred and rotated to their principal axes, which changes neither penalty nor optimum and
/// makes the Hessian nearly diagonal: a diagonal start for L-BFGS then needs tens of steps instead of hundreds.
/// </summary>
public static class LogisticRegression
{
    private const int History = 10;
    private const int Halvings = 25;

    /// <summary>Solves; the same inputs give the same result, no randomness.</summary>
    /// <param name="features">[n, D], any floating type, any device.</param>
    /// <param name="labels">[n] int64, 0..K-1, on the same device.</param>
    /// <param name="classes">K.</param>
    /// <param name="l2">The G strengths, each positive.</param>
    /// <param name="tolerance">Stops when no gradient entry is larger (mean-loss units).</param>
    /// <param name="maxIterations">Stops in any case.</param>
    /// <param name="cancellation">Ends it without a result.</param>
    /// <returns>Detached tensors on the features' device.</returns>
    /// <exception cref="ArgumentException">No rows, no strengths, or a strength that is not positive.</exception>
    public static LogisticSolution Solve(
        Tensor features, Tensor labels, int classes, IReadOnlyList<double> l2, double tolerance = 1e-5, int maxIterations = 300,
        CancellationToken cancellation = default)
    {
        if (features.size(0) == 0) throw new ArgumentException("There are no rows to fit.", nameof(features));
        if (l2.Count == 0 || l2.Any(value => !(value > 0)))
            throw new ArgumentException($"L2 strengths are [{string.Join(", ", l2)}]: give at least one, each positive.", nameof(l2));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var x = features.to(float64);
        var mean = x.mean([0]);                                                        // [D]
        var centred = x - mean;
        var (eigenvalues, axes) = linalg.eigh(centred.T.matmul(centred) / x.size(0));  // [D], [D, D]
        var rotated = cat([centred.matmul(axes), ones(x.size(0), 1, dtype: float64, device: x.device)], 1).contiguous(); // [n, E]
        var problem = new Problem(rotated, labels, classes, tensor(l2.ToArray(), dtype: float64, device: x.device));
        var (solution, loss, gradient, iterations) = Minimise(
            problem, eigenvalues.clamp_min(0), tolerance, maxIterations, cancellation);

        // [G, D, K]
        var weights = axes.matmul(solution.narrow(0, 0, x.size(1)).reshape(x.size(1), -1)).reshape(x.size(1), l2.Count, classes).transpose(
            0, 1).contiguous();
        var bias = solution[x.size(1)] - mean.matmul(weights);                          // [G, K]
        return new LogisticSolution(
            weights.DetachFromDisposeScope(), bias.DetachFromDisposeScope(),
            loss.data<double>().ToArray(), gradient.abs().amax([0, 2]).cpu().data<double>().ToArray(), iterations);
    }

    // Parameters, gradients and directions are [E, G, K]; what belongs to one strength is reduced over E and K.
    private static (Tensor Solution, Tensor Loss, Tensor Gradient, int Iterations) Minimise(
        Problem problem, Tensor eigenvalues, double tolerance, int maxIterations, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var at = problem.Start();
        var (loss, gradient, spread) = problem.Evaluate(at);
        var steps = new Queue<(Tensor Step, Tensor Change, Tensor InverseProduct)>();
        var iteration = 0;
        while (iteration < maxIterations && gradient.abs().max().item<double>() > tolerance)
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var direction = Direction(gradient, steps, problem.InverseCurvature(eigenvalues, spread));
            var (step, nextLoss, nextGradient, nextSpread, moved) = Search(problem, at, loss, gradient, direction, tolerance);
            if (!moved) break;
            var change = nextGradient - gradient;
            var product = Dot(step, change);                                            // [G]
            // Where a strength is done, its step and product vanish: that pair then counts for nothing.
            var inverse = where(product > 1e-300, 1 / product.clamp_min(1e-300), zeros_like(product));
            steps.Enqueue((step.MoveToOuterDisposeScope(), change.MoveToOuterDisposeScope(), inverse.MoveToOuterDisposeScope()));
            var previous = (at, loss, gradient, spread);
            at = (at + step).MoveToOuterDisposeScope();
            loss = nextLoss.MoveToOuterDisposeScope();
            gradient = nextGradient.MoveToOuterDisposeScope();
            spread = nextSpread!.MoveToOuterDisposeScope();
            Dispose(previous.at, previous.loss, previous.gradient, previous.spread);
            if (steps.Count > History) Dispose(steps.Peek().Step, steps.Peek().Change, steps.Dequeue().InverseProduct);
            iteration++;
        }
        return (at.MoveToOuterDisposeScope(), loss.cpu().MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope(), iteration);
    }

    // The two-loop recursion (Nocedal and Wright, algorithm 7.4), started from the scaled diagonal.
    private static Tensor Direction(
        Tensor gradient, Queue<(Tensor Step, Tensor Change, Tensor InverseProduct)> steps, Tensor preconditioner)
    {
        var pairs = steps.ToArray();
        var shares = new Tensor[pairs.Length];
        var q = gradient.clone();
        for (var i = pairs.Length - 1; i >= 0; i--)
        {
            shares[i] = pairs[i].InverseProduct * Dot(pairs[i].Step, q);
            q -= Spread(shares[i]) * pairs[i].Change;
        }
        var r = preconditioner * q;
        if (pairs.Length > 0)
        {
            var (step, change, inverse) = pairs[^1];
            var scale = Dot(step, change) / Dot(change, preconditioner * change).clamp_min(1e-300);
            r *= Spread(where(inverse > 0, scale, ones_like(scale)));
        }
        for (var i = 0; i < pairs.Length; i++)
            r += Spread(shares[i] - (pairs[i].InverseProduct * Dot(pairs[i].Change, r))) * pairs[i].Step;
        return r.neg();
    }

    // Halves the step of each strength until its objective falls enough (Armijo); a strength that is done or cannot go on stands still.
    private static (Tensor Step, Tensor Loss, Tensor Gradient, Tensor? Spread, bool Moved) Search(
        Problem problem, Tensor at, Tensor loss, Tensor gradient, Tensor direction, double tolerance)
    {
        var slope = Dot(gradient, direction);                                           // [G]
        var open = slope.lt(0).logical_and(gradient.abs().amax([0, 2]).gt(tolerance));
        var length = where(open, ones_like(slope), zeros_like(slope));
        for (var attempt = 0; attempt < Halvings; attempt++)
        {
            var step = Spread(length) * direction;
            var (nextLoss, nextGradient, nextSpread) = problem.Evaluate(at + step);
            var good = nextLoss.le(loss + (1e-4 * length * slope)).logical_or(length.eq(0));
            if (good.all().item<bool>()) return (step, nextLoss, nextGradient, nextSpread, length.gt(0).any().item<bool>());
            length = where(good, length, attempt == Halvings - 2 ? zeros_like(length) : length * 0.5);
        }
        return (direction, loss, gradient, null, false);
    }

    private static Tensor Dot(Tensor a, Tensor b) => (a * b).sum([0, 2]);

    private static Tensor Spread(Tensor perStrength) => perStrength.reshape(1, -1, 1);

    private static void Dispose(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors) tensor.Dispose();
    }

    private sealed class Problem
    {
        private readonly Tensor _x;       // [n, E]
        private readonly Tensor _labels;  // [n, G, 1]
        private readonly Tensor _penalty; // [E, G, 1], 0 for the bias
        private readonly int _classes;
        private readonly long _strengths;

        public Problem(Tensor x, Tensor labels, int classes, Tensor l2)
        {
            _x = x;
            _classes = classes;
            _strengths = l2.size(0);
            _labels = labels.reshape(-1, 1, 1).expand(-1, _strengths, 1);
            var penalised = ones(x.size(1), 1, 1, dtype: float64, device: x.device);
            penalised[-1].zero_();
            _penalty = penalised * l2.reshape(1, -1, 1);
        }

        public Tensor Start() => zeros(_x.size(1), _strengths, _classes, dtype: float64, device: _x.device);

        // Curvature along axis i, about eigenvalue * mean p (1 - p) + l2; the bias column has eigenvalue 1.
        public Tensor InverseCurvature(Tensor eigenvalues, Tensor spread)
        {
            var all = cat([eigenvalues, ones(1, dtype: float64, device: _x.device)]).reshape(-1, 1, 1);
            return 1 / ((all * Spread(spread)) + _penalty).clamp_min(1e-12);
        }

        // Objective [G], gradient [E, G, K] and mean p (1 - p) [G] at parameters [E, G, K].
        public (Tensor Loss, Tensor Gradient, Tensor Spread) Evaluate(Tensor at)
        {
            using var scope = NewDisposeScope();
            var rows = _x.size(0);
            var logits = _x.matmul(at.reshape(at.size(0), -1)).reshape(rows, _strengths, _classes); // [n, G, K]
            var logProbabilities = nn.functional.log_softmax(logits, -1);
            var right = logProbabilities.gather(-1, _labels);                            // [n, G, 1]
            var shrinkage = _penalty * at;
            var loss = right.mean([0, 2]).neg() + (0.5 * (shrinkage * at).sum([0, 2]));   // [G]
            var errors = logProbabilities.exp_();
            var spread = (errors - errors.square()).mean([0, 2]);
            errors.scatter_add_(-1, _labels, ones_like(right).neg());
            var gradient = (_x.T.matmul(errors.reshape(rows, -1)) / rows).reshape(at.shape) + shrinkage;
            return (loss.MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope(), spread.MoveToOuterDisposeScope());
        }
    }
}

/// <summary>Optima of one logistic regression problem for several L2 strengths. The holder disposes it.</summary>
/// <param name="Weights">[G, D, K] float64.</param>
/// <param name="Bias">[G, K] float64.</param>
/// <param name="Loss">Objective of each strength at the end, nats.</param>
/// <param name="GradientNorm">Largest absolute entry of each gradient at the end, in the solver's rotated coordinates.</param>
/// <param name="Iterations">Steps taken.</param>
public sealed record LogisticSolution(
    Tensor Weights, Tensor Bias, IReadOnlyList<double> Loss, IReadOnlyList<double> GradientNorm, int Iterations) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        Bias.Dispose();
    }
}
