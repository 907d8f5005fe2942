using System.Text.Json.Serialization;
using InternVideoNext.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: Cp predictor width, C encoder width.

/// <summary>The Stage 2 decoder: from the predictor's output to the frozen teacher's features.</summary>
public sealed record LatentDecoderConfig : DecoderConfig
{
    /// <summary>Standard deviation of the initial weights.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Key => "selfdist_decoder";

    /// <summary>Makes the decoder, on the CPU in float32, with every parameter drawn from <paramref name="generator"/>.</summary>
    /// <param name="predictorWidth">Cp.</param>
    /// <param name="encoderWidth">C.</param>
    /// <param name="generator">A generator on the CPU.</param>
    /// <exception cref="ArgumentException">A width is not positive, or the deviation negative; the message names every one.</exception>
    public LatentDecoder Build(int predictorWidth, int encoderWidth, Generator generator) =>
        new(this, predictorWidth, encoderWidth, generator);
}

/// <summary>A projection head (Linear, GELU, Linear, LayerNorm) whose output is scaled to unit length.</summary>
public sealed class LatentDecoder : Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> _project;

    internal LatentDecoder(LatentDecoderConfig config, int predictorWidth, int encoderWidth, Generator generator)
        : base(nameof(LatentDecoder))
    {
        new ConfigCheck(nameof(LatentDecoderConfig))
            .Require(config.InitStd >= 0.0, nameof(config.InitStd), config.InitStd, "must not be negative")
            .Positive(nameof(predictorWidth), predictorWidth)
            .Positive(nameof(encoderWidth), encoderWidth)
            .ThrowIfAny();
        var projection = new ProjectionHead(predictorWidth, encoderWidth, config.InitStd, generator);
        // The reference has no level of names between the decoder and the head's layers: they are registered here directly.
        // The head itself is no field, or a parent's registration would find its parameters a second time.
        foreach (var (name, layer) in projection.named_children()) register_module(name, layer);
        _project = projection.call;
    }

    /// <summary>Predicts features.</summary>
    /// <param name="z">The predictor's output, [..., Cp].</param>
    /// <returns>[..., C] float32, each of unit length.</returns>
    public override Tensor forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        return functional.normalize(_project(z).to(float32), dim: -1).MoveToOuterDisposeScope();
    }
}
