using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

// Shapes: R vectors, C width

/// <summary>
/// RMSNorm in float32 on the CPU, where libtorch has no fused kernel: y = x w / s, s = sqrt(mean(x^2) + eps), with one pass over
/// the memory forward and one backward.
/// </summary>
/// <remarks>
/// dx = g w / s - x sum(g w x) / (C s^3) and dw = sum over vectors of g x / s. The sums are split by the shape alone, so that no
/// bit depends on the number of threads.
/// </remarks>
internal sealed unsafe class CpuRmsNorm : autograd.SingleTensorFunction<CpuRmsNorm>
{
    private const string Kept = "kept";

    public override string Name => nameof(CpuRmsNorm);

    /// <summary>Whether it computes this: float32 on the CPU.</summary>
    public static bool Takes(Tensor x, Tensor weight) =>
        x is { device_type: DeviceType.CPU, dtype: ScalarType.Float32 } && weight.dtype == ScalarType.Float32 && x.numel() > 0;

    /// <summary>Normalises, and has the gradient computed where one is recorded.</summary>
    /// <param name="x">[..., C].</param>
    /// <param name="weight">[C].</param>
    /// <param name="eps">Added to the mean square.</param>
    public static Tensor Run(Tensor x, Tensor weight, double eps)
    {
        if (is_grad_enabled() && (x.requires_grad || weight.requires_grad)) return apply(x, weight, eps);
        return Normalise(x, weight, eps);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, eps) = ((Tensor)vars[0], (Tensor)vars[1], (double)vars[2]);
        ctx.save_for_backward([x, weight]);
        ctx.save_data(Kept, new Settings(eps, x.requires_grad, BackwardErrors.Current));
        return Normalise(x, weight, eps);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var own = grad_output;
        var (saved, kept) = (ctx.get_saved_variables(), (Settings)ctx.get_data(Kept));
        return BackwardErrors.Guard(kept.Errors, [saved[0], saved[1], null], () =>
        {
            var (dx, dw) = Differentiate(saved[0], saved[1], grad_output, kept.Eps, kept.Wanted);
            return [dx?.MoveToOuterDisposeScope()!, dw.MoveToOuterDisposeScope(), null!];
        });
    }

    private static Tensor Normalise(Tensor x, Tensor weight, double eps)
    {
        using var scope = NewDisposeScope();
        var result = empty(x.shape, dtype: float32, device: CPU);
        var (from, w, to) = (TensorRows.Of(x, out _), TensorRows.Of(weight, out _), TensorRows.Of(result, out _));
        RowShares.For(from, (first, last, _) =>
        {
            for (var row = first; row < last; row++) Forward(from[row], w[0], to[row], from.Width, (float)eps);
        });
        return result.MoveToOuterDisposeScope();
    }

    private static (Tensor? Dx, Tensor Dw) Differentiate(Tensor x, Tensor weight, Tensor gradient, double eps, bool wanted)
    {
        var (from, w, g) = (TensorRows.Of(x, out _), TensorRows.Of(weight, out _), TensorRows.Of(gradient, out _));
        var width = from.Width;
        var (dx, dw) = (wanted ? empty(x.shape, dtype: float32, device: CPU) : null, empty(width, dtype: float32, device: CPU));
        var to = dx is null ? default : TensorRows.Of(dx, out _);
        RowShares.Sum(from, TensorRows.Of(dw, out _)[0], (first, last, sum) =>
        {
            for (var row = first; row < last; row++) Backward(
                from[row], w[0], g[row], wanted ? to[row] : null, (float*)sum, width, (float)eps);
        });
        return (dx, dw);
    }

    private static void Forward(float* x, float* weight, float* y, int width, float eps)
    {
        var scale = Scale(x, width, eps);
        var i = 0;
        var scales = new Vector<float>(scale);
        for (; i <= width - Vector<float>.Count; i += Vector<float>.Count) Vector.Store(
            Vector.Load(x + i) * scales * Vector.Load(weight + i), y + i);
        for (; i < width; i++) y[i] = x[i] * scale * weight[i];
    }

    private static void Backward(float* x, float* weight, float* g, float* dx, float* dw, int width, float eps)
    {
        var (squares, products) = (Vector<float>.Zero, Vector<float>.Zero);
        var i = 0;
        for (; i <= width - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = Vector.Load(x + i);
            squares += value * value;
            products += value * Vector.Load(g + i) * Vector.Load(weight + i);
        }
        var (square, product) = (Sum(squares), Sum(products));
        for (; i < width; i++)
        {
            square += x[i] * x[i];
            product += x[i] * g[i] * weight[i];
        }
        var scale = 1 / MathF.Sqrt((square / width) + eps);
        var back = product * scale * scale * scale / width;
        var (scales, backs) = (new Vector<float>(scale), new Vector<float>(back));
        for (i = 0; i <= width - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = Vector.Load(x + i);
            var scaled = Vector.Load(g + i) * scales;
            Vector.Store(Vector.Load(dw + i) + (scaled * value), dw + i);
            if (dx is not null) Vector.Store((scaled * Vector.Load(weight + i)) - (value * backs), dx + i);
        }
        for (; i < width; i++)
        {
            dw[i] += g[i] * scale * x[i];
            if (dx is not null) dx[i] = (g[i] * scale * weight[i]) - (x[i] * back);
        }
    }

    // 1 / s of one vector.
    private static float Scale(float* x, int width, float eps)
    {
        var squares = Vector<float>.Zero;
        var i = 0;
        for (; i <= width - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = Vector.Load(x + i);
            squares += value * value;
        }
        var square = Sum(squares);
        for (; i < width; i++) square += x[i] * x[i];
        return 1 / MathF.Sqrt((square / width) + eps);
    }

    // In one order, first to last; Vector.Sum promises none.
    private static float Sum(Vector<float> values)
    {
        var sum = 0f;
        for (var i = 0; i < Vector<float>.Count; i++) sum += values[i];
        return sum;
    }

    /// <summary>What the backward pass must know besides tensors.</summary>
    /// <param name="Eps">Added to the mean square.</param>
    /// <param name="Wanted">Whether the input's gradient is.</param>
    /// <param name="Errors">Where an error goes.</param>
    private sealed record Settings(double Eps, bool Wanted, BackwardErrors? Errors);
}
