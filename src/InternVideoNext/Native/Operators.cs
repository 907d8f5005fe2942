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

        """; // TorchScript wants the last line ended

    /// <summary>x / sqrt(mean(x^2) + eps) * weight over the last axis, statistics in float32, in one kernel on CUDA.</summary>
    /// <param name="x">[..., C].</param>
    /// <param name="weight">[C], of the type of <paramref name="x"/>.</param>
    /// <param name="eps">Added to the mean square.</param>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps) =>
        Compiled.Value.invoke<Tensor>("rms_norm", x, weight, eps);
}
