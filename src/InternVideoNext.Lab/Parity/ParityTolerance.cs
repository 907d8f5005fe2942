namespace InternVideoNext.Parity;

/// <summary>
/// How closely float32 on one machine agrees with float32 on another, as max |a - b| / max |b|: what the reference numbers
/// are published with, and tighter where both sides compute in double precision.
/// </summary>
public static class ParityTolerance
{
    /// <summary>Outputs of modules.</summary>
    public const double Output = 1e-4;

    /// <summary>
    /// Outputs of other systems' encoders: implementations agree within 3e-6, and tanh GELU for the exact one moves only 1e-4.
    /// </summary>
    public const double Peer = 2e-5;

    /// <summary>Losses: means over many outputs.</summary>
    public const double Loss = 1e-5;

    /// <summary>Gradients.</summary>
    public const double Gradient = 1e-3;

    /// <summary>Losses and gradient norms over several optimiser steps.</summary>
    public const double Trajectory = 1e-3;

    /// <summary>Tables that both sides compute in double precision.</summary>
    public const double Table = 1e-9;

    /// <summary>Masks, counts and indices.</summary>
    public const double Exact = 0;

    /// <summary>Standard errors by which two sample means may differ: one of 16,000 fair comparisons exceeds it.</summary>
    public const double StandardErrors = 4;
}
