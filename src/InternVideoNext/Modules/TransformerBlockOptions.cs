namespace InternVideoNext.Modules;

/// <summary>Sizes and rates of one <see cref="TransformerBlock"/>.</summary>
/// <param name="Width">C, a multiple of <paramref name="Heads"/>.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Hidden">Width inside the MLP.</param>
/// <param name="Gelu">Form of the activation.</param>
/// <param name="LayerScaleInit">First value of the layer scales; null leaves them out.</param>
/// <param name="DropPath">Probability that a clip skips a branch, used only when a generator is passed.</param>
/// <param name="InitStd">Standard deviation of the weights.</param>
/// <param name="NormEps">Added to the mean square by every RMSNorm.</param>
public sealed record TransformerBlockOptions(
    int Width, int Heads, int Hidden, GeluKind Gelu, double? LayerScaleInit, double DropPath, double InitStd, double NormEps = 1e-6);
