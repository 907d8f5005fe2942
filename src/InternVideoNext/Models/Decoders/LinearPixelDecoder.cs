using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>The baseline of the paper's first ablation table: one linear map from the predictor's output to pixels.</summary>
[Kind("linear_pixel")]
public sealed record LinearPixelDecoderConfig : PixelDecoderConfig
{
    /// <inheritdoc/>
    public override LinearPixelDecoder Build(int predictorWidth, int pixels, Generator generator)
    {
        new ConfigCheck("model.decoder").Positive("predictor width", predictorWidth).Positive("pixels of a patch", pixels).ThrowIfAny();
        return new LinearPixelDecoder(predictorWidth, pixels, generator);
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        // It has no field.
    }

    /// <inheritdoc/>
    public override BlockDescription Describe(EncoderConfig encoder, int predictorWidth, string key, double masked)
    {
        var (pixels, tokens) = (3L * encoder.PatchSize * encoder.PatchSize, BlockTree.Tokens([masked]));
        return BlockTree.Block(Key, key, nameof(LinearPixelDecoder), Section, $"[{tokens}, {predictorWidth}] -> [{tokens}, {pixels}]",
            Cost.Linear(masked, predictorWidth, pixels), masked * (predictorWidth + pixels));
    }
}

/// <summary>Predicts the pixels' mean: a linear map trained with the mean squared error, computed in float32.</summary>
public sealed class LinearPixelDecoder : PixelDecoder
{
    private const double InitStd = 0.02;

    [ComponentName(Name = "proj")] private readonly Linear _proj;

    internal LinearPixelDecoder(int predictorWidth, int pixels, Generator generator)
        : base(nameof(LinearPixelDecoder))
    {
        _proj = Layers.Linear(predictorWidth, pixels, bias: true, InitStd, generator);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor TokenLoss(Tensor target, Tensor z, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        return (Predict(z) - target.to(float32)).square().mean([-1]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Reconstruct(Tensor z, TensorRandom random, int samplingSteps, double temperature)
    {
        using var gradient = no_grad();
        using var scope = NewDisposeScope();
        return Predict(z).MoveToOuterDisposeScope();
    }

    private Tensor Predict(Tensor z) => _proj.call(z.to(_proj.weight!.dtype)).to(float32);
}
