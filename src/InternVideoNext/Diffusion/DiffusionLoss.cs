using static TorchSharp.torch;

namespace InternVideoNext.Diffusion;

/// <summary>The two parts of the diffusion loss, per row. Their sum is what training minimises.</summary>
/// <param name="Mse">[M] float32, mean squared error of the predicted noise over the components.</param>
/// <param name="Vb">
/// [M] float32, the row's term of the variational bound, in bits per component; only the variance learns from it.
/// </param>
public readonly record struct DiffusionLoss(Tensor Mse, Tensor Vb)
{
    /// <summary>The sum of both parts, [M] float32.</summary>
    public Tensor Total() => Mse + Vb;

    /// <summary>Takes both parts out of the current dispose scope into the one around it.</summary>
    public DiffusionLoss MoveToOuterDisposeScope()
    {
        Mse.MoveToOuterDisposeScope();
        Vb.MoveToOuterDisposeScope();
        return this;
    }
}
