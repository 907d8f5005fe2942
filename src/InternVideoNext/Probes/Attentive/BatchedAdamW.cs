using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) for parameters that stack G independent models along their first dimension,
/// each with its own learning rate and weight decay. Betas 0.9 and 0.999, eps 1e-8.
/// </summary>
internal sealed class BatchedAdamW : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly IReadOnlyList<Tensor> _parameters;
    private readonly bool[] _decays;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;
    private readonly Tensor _rates;
    private readonly Tensor _shrinkage;
    private int _steps;

    /// <param name="parameters">[G, ...] each, changed in place by <see cref="Step"/>.</param>
    /// <param name="decays">For each, whether weight decay acts on it.</param>
    /// <param name="settings">The G learning rates and decays.</param>
    public BatchedAdamW(IReadOnlyList<Tensor> parameters, IEnumerable<bool> decays, IReadOnlyList<ProbeSetting> settings)
    {
        _parameters = parameters;
        _decays = [.. decays];
        _first = [.. parameters.Select(Zeros)];
        _second = [.. parameters.Select(Zeros)];
        var device = parameters[0].device;
        _rates = tensor(settings.Select(setting => (float)(setting.LearningRate ?? 0)).ToArray(), device: device).DetachFromDisposeScope();
        _shrinkage = tensor(
            settings.Select(setting => (float)((setting.LearningRate ?? 0) * (setting.WeightDecay ?? 0))).ToArray(),
            device: device).DetachFromDisposeScope();
    }

    /// <summary>One update.</summary>
    /// <param name="gradients">In the order of the parameters.</param>
    /// <param name="share">Factor of every learning rate at this step.</param>
    public void Step(IReadOnlyList<Tensor> gradients, double share)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _steps++;
        var correction1 = 1 - Math.Pow(Beta1, _steps);
        var correction2 = Math.Sqrt(1 - Math.Pow(Beta2, _steps));
        for (var i = 0; i < _parameters.Count; i++)
        {
            var parameter = _parameters[i];
            _first[i].mul_(Beta1).add_(gradients[i], alpha: 1 - Beta1);
            _second[i].mul_(Beta2).addcmul_(gradients[i], gradients[i], 1 - Beta2);
            var direction = _first[i] / ((_second[i].sqrt() / correction2) + Epsilon);
            if (_decays[i]) parameter.mul_(1 - Spread(_shrinkage * share, parameter));
            parameter.sub_(direction * Spread(_rates * (share / correction1), parameter));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var moment in _first) moment.Dispose();
        foreach (var moment in _second) moment.Dispose();
        _rates.Dispose();
        _shrinkage.Dispose();
    }

    private static Tensor Zeros(Tensor like) => zeros(like.shape, dtype: like.dtype, device: like.device).DetachFromDisposeScope();

    private static Tensor Spread(Tensor perModel, Tensor like)
    {
        var shape = new long[like.dim()];
        Array.Fill(shape, 1);
        shape[0] = -1;
        return perModel.reshape(shape);
    }
}
