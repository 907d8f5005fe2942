namespace InternVideoNext.Modules;

/// <summary>Which form of the Gaussian error linear unit a network computes.</summary>
public enum GeluKind
{
    /// <summary>x * Phi(x) with the error function: the released inference code, and the default.</summary>
    Exact,

    /// <summary>The tanh approximation: the authors' training kernels, and SigLIP.</summary>
    Tanh,
}
