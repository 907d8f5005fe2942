using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>
/// ATen operators that TorchSharp does not bind, reached through TorchScript text compiled once. A syntax error in such
/// a text ends the process, so each has a test.
/// </summary>
internal static class Operators
{
    private static readonly Lazy<jit.CompilationUnit> Compiled = new(() => jit.compile(Source));

    private const string Source =
        """
        def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
            return torch.rms_norm(x, [x.size(-1)], weight, eps)

        def attention_kernel(x: Tensor) -> int:
            return torch._fused_sdp_choice(x, x, x, None, 0.0, False)

        """; // TorchScript wants the last line ended

    /// <summary>x / sqrt(mean(x^2) + eps) * weight over the last axis, statistics in float32, in one kernel on CUDA.</summary>
    /// <param name="x">[..., C].</param>
    /// <param name="weight">[C], of the type of <paramref name="x"/>.</param>
    /// <param name="eps">Added to the mean square.</param>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps) =>
        CpuRmsNorm.Takes(x, weight) ? CpuRmsNorm.Run(x, weight, eps) : TorchRmsNorm(x, weight, eps);

    /// <summary>libtorch's own, whatever the device: one kernel on CUDA, several on the CPU.</summary>
    /// <inheritdoc cref="RmsNorm"/>
    public static Tensor TorchRmsNorm(Tensor x, Tensor weight, double eps)
    {
        // A number given as such becomes a Scalar that TorchSharp doesn't hold: a garbage collection during the call would free it.
        using Scalar held = eps.ToScalar();
        return Compiled.Value.invoke<Tensor>("rms_norm", x, weight, held);
    }

    /// <summary>stream + branch gamma.</summary>
    /// <param name="stream">[..., C].</param>
    /// <param name="branch">Of the same shape.</param>
    /// <param name="gamma">[C].</param>
    public static Tensor AddScaled(Tensor stream, Tensor branch, Tensor gamma) =>
        CpuLayerScale.Takes(stream, branch, gamma) ? CpuLayerScale.Run(stream, branch, gamma) : stream.addcmul(branch, gamma, 1);

    /// <summary>Which kernel libtorch would take for self-attention without a mask.</summary>
    /// <param name="dtype">Type of queries, keys and values.</param>
    /// <param name="device">Where.</param>
    /// <param name="headWidth">Channels of a head.</param>
    public static AttentionKernel AttentionKernel(ScalarType dtype, Device device, int headWidth)
    {
        using var scope = NewDisposeScope();
        var x = zeros([1, 2, 64, headWidth], dtype: dtype, device: device, requires_grad: true); // [B, H, N, D]
        using var choice = Compiled.Value.invoke<Scalar>("attention_kernel", x);
        return (AttentionKernel)choice.ToInt32();
    }
}

/// <summary>The kernels among which libtorch chooses for <c>scaled_dot_product_attention</c>, by its own numbers.</summary>
internal enum AttentionKernel
{
    /// <summary>Products and a softmax, all probabilities in memory.</summary>
    Math = 0,

    /// <summary>FlashAttention; on the CPU libtorch's own of that kind.</summary>
    Flash = 1,

    /// <summary>The memory-efficient kernel of CUDA.</summary>
    MemoryEfficient = 2,

    /// <summary>cuDNN's.</summary>
    CuDnn = 3,
}
