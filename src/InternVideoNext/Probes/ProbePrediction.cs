namespace InternVideoNext.Probes;

/// <summary>The answer for one test clip, views averaged.</summary>
/// <param name="ClipId">The manifest's clip id.</param>
/// <param name="Label">The right class.</param>
/// <param name="Predicted">The most probable class.</param>
public readonly record struct ProbePrediction(string ClipId, int Label, int Predicted)
{
    /// <summary>True if the answer is right.</summary>
    public bool Correct => Label == Predicted;
}
