namespace InternVideoNext.Models;

/// <summary>One block of a model: what it is, and what it costs per clip and forward pass.</summary>
public sealed record BlockDescription
{
    /// <summary>What it is called in the tree, for example <c>blocks.0-11</c>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// How its parameters' names begin in this package's module, for example <c>encoder.blocks.</c>; empty for all. <c>{i}</c> stands for
    /// the index of equal blocks.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>The C# type that computes it.</summary>
    public required string Type { get; init; }

    /// <summary>Where the paper and the method's description treat it.</summary>
    public required string Section { get; init; }

    /// <summary>Shapes in and out of one clip, the batch axis left out.</summary>
    public required string Shape { get; init; }

    /// <summary>How many equal blocks the entry stands for; the figures are their sum.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Trainable numbers.</summary>
    public required long Parameters { get; init; }

    /// <summary>
    /// Multiply-adds of one clip's forward pass: matrix products and attention. Norms, activations and other pointwise work,
    /// below 1 % of it, are not counted. A backward pass takes about twice as many.
    /// </summary>
    public required double MultiplyAdds { get; init; }

    /// <summary>Numbers per clip that the backward pass needs kept from the forward pass; 0 where there is none.</summary>
    public required double Activations { get; init; }

    /// <summary>The parts; one instance's where <see cref="Repeat"/> is above 1. Small parameters of its own are not listed.</summary>
    public IReadOnlyList<BlockDescription> Children { get; init; } = [];
}
