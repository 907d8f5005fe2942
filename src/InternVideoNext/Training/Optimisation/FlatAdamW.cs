using InternVideoNext.Recipes;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// AdamW with global gradient clipping on flat buffers (method, section 8). A non-finite gradient norm leaves weights,
/// moments and step count untouched, decided on the device, without reading anything back.
/// </summary>
internal sealed class FlatAdamW : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly TrainingConfig _config;
    private readonly jit.CompilationUnit _kernel = FusedAdamW.Compile();

    public FlatAdamW(nn.Module module, TrainingConfig config)
    {
        _config = config;
        _parameters = new FlatParameters(module);
        var device = _parameters.Groups[0].Master.device;
        Updates = zeros([], dtype: float32, device: device).DetachFromDisposeScope();
        Skipped = zeros([], dtype: float32, device: device).DetachFromDisposeScope();
    }

    public FlatParameters Parameters => _parameters;

    /// <summary>Updates made so far, a float32 scalar on the device (AdamW's step of the bias correction).</summary>
    public Tensor Updates { get; }

    /// <summary>Steps skipped for a non-finite gradient, a float32 scalar on the device.</summary>
    public Tensor Skipped { get; }

    /// <summary>Reads <see cref="Skipped"/> from the device, and so waits for it.</summary>
    public long ReadSkipped() => (long)Skipped.item<float>();

    public void ZeroGradients() => _parameters.ZeroGradients();

    /// <inheritdoc cref="FlatGroup.TakeBatch"/>
    public void TakeBatch() => _parameters.TakeBatch();

    /// <summary>Clips and updates; returns the gradient norm before clipping, a float32 scalar on the device.</summary>
    /// <param name="learningRate">The step's rate.</param>
    /// <param name="loss">The step's loss: where it is not finite, nothing is updated.</param>
    public Tensor Step(double learningRate, Tensor loss)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var gradients = _parameters.Groups.Select(g => g.Gradient).ToList();
        var norm = stack(gradients.Select(g => g.norm())).norm();
        var bad = norm.isfinite().logical_and(loss.isfinite()).logical_not().to(float32);
        // torch's clip_grad_norm_: coefficient = limit / (norm + 1e-6), at most 1.
        var scale = (norm + 1e-6).reciprocal_().mul_(_config.ClipNorm).clamp_max_(1);
        Updates.add_(1 - bad);
        Skipped.add_(bad);
        for (var i = 0; i < gradients.Count; i++)
        {
            var group = _parameters.Groups[i];
            FusedAdamW.Update(
                _kernel, group, gradients[i].mul_(scale), Updates, bad, learningRate, group.Decays ? _config.WeightDecay : 0, _config);
            group.PublishMaster();
        }
        return norm.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _parameters.Dispose();
        Updates.Dispose();
        Skipped.Dispose();
        _kernel.Dispose();
    }
}
