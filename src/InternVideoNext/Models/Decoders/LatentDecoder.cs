using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: Cp predictor width, D width of the target.

/// <summary>The Stage 2 decoder: from the predictor's output to the frozen teacher's features.</summary>
[Kind("latent")]
public sealed record LatentDecoderConfig : DecoderConfig
{
    /// <summary>Standard deviation of the initial weights.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <summary>Width of what is predicted; null: the student's width, as a video teacher's is. An image teacher has its own.</summary>
    public int? TargetWidth { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Key => "selfdist_decoder";

    /// <summary>Makes the decoder, on the CPU in float32, with every parameter drawn from <paramref name="generator"/>.</summary>
    /// <param name="predictorWidth">Cp.</param>
    /// <param name="encoderWidth">The encoder's width, taken where <see cref="TargetWidth"/> is null.</param>
    /// <param name="generator">A generator on the CPU.</param>
    /// <exception cref="ConfigurationException">
    /// A width is not positive, or the deviation negative; the message names every one.
    /// </exception>
    public LatentDecoder Build(int predictorWidth, int encoderWidth, Generator generator)
    {
        Check().Positive("predictor width", predictorWidth).Positive("encoder width", encoderWidth).ThrowIfAny();
        return new LatentDecoder(InitStd, predictorWidth, TargetWidth ?? encoderWidth, generator);
    }

    /// <inheritdoc/>
    public override void Validate() => Check().ThrowIfAny();

    /// <inheritdoc/>
    public override BlockDescription Describe(EncoderConfig encoder, int predictorWidth, string key, double masked)
    {
        var (width, tokens) = (TargetWidth ?? encoder.Width, BlockTree.Tokens([masked]));
        return BlockTree.Block(Key, key, nameof(LatentDecoder), Section, $"[{tokens}, {predictorWidth}] -> [{tokens}, {width}]",
            Cost.ProjectionHead(masked, predictorWidth, width),
            // Besides the head: the normalised prediction and its product with the target.
            Cost.ProjectionHeadActivations(masked, predictorWidth, width) + (3 * masked * width));
    }

    private ConfigCheck Check() => new ConfigCheck("model.decoder")
        .NotNegative("init_std", InitStd)
        .Require(TargetWidth is null or (> 0 and <= ConfigLimits.Width), "target_width", TargetWidth,
            $"must lie in 1..{ConfigLimits.Width}, or be null");
}

/// <summary>A projection head (Linear, GELU, Linear, LayerNorm) whose output is scaled to unit length.</summary>
public sealed class LatentDecoder : Module<Tensor, Tensor>
{
    private readonly Func<Tensor, Tensor> _project;

    internal LatentDecoder(double initStd, int predictorWidth, int width, Generator generator)
        : base(nameof(LatentDecoder))
    {
        Width = width;
        var projection = new ProjectionHead(predictorWidth, width, initStd, generator);
        // The reference has no level of names between the decoder and the head's layers: they are registered here directly.
        // The head itself is no field, or a parent's registration would find its parameters a second time.
        foreach (var (name, layer) in projection.named_children()) register_module(name, layer);
        _project = projection.call;
    }

    /// <summary>Width of the predicted features.</summary>
    public int Width { get; }

    /// <summary>Predicts features.</summary>
    /// <param name="z">The predictor's output, [..., Cp].</param>
    /// <returns>[..., D] float32, each of unit length.</returns>
    public override Tensor forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        return functional.normalize(_project(z).to(float32), dim: -1).MoveToOuterDisposeScope();
    }
}
