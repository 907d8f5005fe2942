using static TorchSharp.torch;

namespace InternVideoNext.Diffusion;

/// <summary>The network of a diffusion, as the process sees it.</summary>
/// <param name="noisy">[M, P] float32, samples x_t.</param>
/// <param name="timesteps">[M] int64, each row's step in the numbering of the schedule the network was trained with.</param>
/// <returns>
/// [M, 2P]: the estimate of the noise in the first P columns, and in the others v, which sets the logarithm of the variance
/// between its smallest (v = -1) and largest (v = 1) sensible value.
/// </returns>
public delegate Tensor NoisePredictor(Tensor noisy, Tensor timesteps);
