namespace InternVideoNext.Models;

// Shapes: n tokens, C and E widths, P pairs of tokens that see one another.

/// <summary>What a layer has and does, per clip; sums of layers make blocks.</summary>
/// <param name="Parameters">Trainable numbers.</param>
/// <param name="MultiplyAdds">Of one forward pass.</param>
internal readonly record struct Cost(long Parameters, double MultiplyAdds)
{
    public static Cost operator +(Cost a, Cost b) => new(a.Parameters + b.Parameters, a.MultiplyAdds + b.MultiplyAdds);

    /// <summary>A matrix applied to <paramref name="tokens"/> vectors: n C E.</summary>
    public static Cost Linear(double tokens, long inputs, long outputs, bool bias = true) =>
        new((inputs * outputs) + (bias ? outputs : 0), tokens * inputs * outputs);

    /// <summary>Scores and mixtures of attention over P pairs: 2 P C.</summary>
    public static Cost Attention(double pairs, long width) => new(0, 2 * pairs * width);

    /// <summary>A norm or a table: parameters, and pointwise work that is not counted.</summary>
    public static Cost Table(long parameters) => new(parameters, 0);

    /// <summary>Linear C to C, activation, Linear C to E, LayerNorm.</summary>
    public static Cost ProjectionHead(double tokens, long width, long outputs) =>
        Linear(tokens, width, width) + Linear(tokens, width, outputs) + Table(2 * outputs);

    /// <summary>What the backward pass of a projection head needs: its input, both sides of the activation, the norm's input.</summary>
    public static double ProjectionHeadActivations(double tokens, long width, long outputs) => tokens * ((3 * width) + outputs);

    /// <summary>Pairs within a band: each token sees those at most <paramref name="radius"/> away.</summary>
    public static double Band(double tokens, double radius) =>
        radius >= tokens - 1 ? tokens * tokens : (tokens * ((2 * radius) + 1)) - (radius * (radius + 1));
}
