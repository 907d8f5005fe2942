using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

// Shapes: C width

/// <summary>stream + branch gamma in float32 on the CPU, with one pass over the memory backward: libtorch makes three of it.</summary>
internal sealed unsafe class CpuLayerScale : autograd.SingleTensorFunction<CpuLayerScale>
{
    private const string Errors = "errors";

    public override string Name => nameof(CpuLayerScale);

    /// <summary>Whether it computes this: float32 on the CPU, with gradients of branch and gamma recorded.</summary>
    public static bool Takes(Tensor stream, Tensor branch, Tensor gamma) =>
        is_grad_enabled() && branch.requires_grad && gamma.requires_grad && branch.numel() > 0
        && stream is { device_type: DeviceType.CPU, dtype: ScalarType.Float32 } && branch.dtype == ScalarType.Float32
            && gamma.dtype == ScalarType.Float32;

    /// <summary>Adds.</summary>
    /// <param name="stream">[..., C].</param>
    /// <param name="branch">Of the same shape.</param>
    /// <param name="gamma">[C].</param>
    public static Tensor Run(Tensor stream, Tensor branch, Tensor gamma) => apply(stream, branch, gamma);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (stream, branch, gamma) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.save_for_backward([branch, gamma]);
        ctx.save_data(Errors, BackwardErrors.Current!);
        return stream.addcmul(branch, gamma, 1);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var own = grad_output;
        var saved = ctx.get_saved_variables();
        return BackwardErrors.Guard(
            (BackwardErrors?)ctx.get_data(Errors), [saved[0], saved[0], saved[1]],
            () => Differentiate(saved[0], saved[1], grad_output));
    }

    private static List<Tensor> Differentiate(Tensor branch, Tensor gamma, Tensor grad_output)
    {
        var (dBranch, dGamma) = (empty(branch.shape, dtype: float32, device: CPU), empty(gamma.shape, dtype: float32, device: CPU));
        var (from, scale, g, to) = (
            TensorRows.Of(branch, out _), TensorRows.Of(gamma, out _), TensorRows.Of(grad_output, out _), TensorRows.Of(dBranch, out _));
        RowShares.Sum(from, TensorRows.Of(dGamma, out _)[0], (first, last, sum) =>
        {
            for (var row = first; row < last; row++) Backward(from[row], scale[0], g[row], to[row], (float*)sum, from.Width);
        });
        return [grad_output.alias().MoveToOuterDisposeScope(), dBranch.MoveToOuterDisposeScope(), dGamma.MoveToOuterDisposeScope()];
    }

    private static void Backward(float* branch, float* gamma, float* g, float* dBranch, float* dGamma, int width)
    {
        var i = 0;
        for (; i <= width - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gradient = Vector.Load(g + i);
            Vector.Store(Vector.Load(dGamma + i) + (gradient * Vector.Load(branch + i)), dGamma + i);
            Vector.Store(gradient * Vector.Load(gamma + i), dBranch + i);
        }
        for (; i < width; i++)
        {
            dGamma[i] += g[i] * branch[i];
            dBranch[i] = g[i] * gamma[i];
        }
    }
}
