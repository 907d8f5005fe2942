using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: b rows, N tokens, D feature width, K classes.

/// <summary>Form of a <see cref="LinearProbe"/>.</summary>
public sealed record LinearProbeConfig
{
    /// <summary>Feature width, D.</summary>
    public required int Width { get; init; }

    /// <summary>Classes, K.</summary>
    public required int Classes { get; init; }

    /// <summary>True to normalise each row over its channels first.</summary>
    public bool LayerNorm { get; init; }

    /// <summary>Makes a probe that answers 0 for everything; training or loading fills it.</summary>
    public LinearProbe Build() => new(this);
}

/// <summary>The mean token, shifted and scaled by fixed statistics, and one linear layer.</summary>
public sealed class LinearProbe : Probe
{
    [ComponentName(Name = "mean")]
    private readonly Tensor _mean;

    [ComponentName(Name = "scale")]
    private readonly Tensor _scale;

    [ComponentName(Name = "linear")]
    private readonly Linear _linear;

    internal LinearProbe(LinearProbeConfig config) : base(nameof(LinearProbe))
    {
        if (config.Width < 1 || config.Classes < 1)
            throw new ArgumentException(
                $"linear probe: width is {config.Width} and classes {config.Classes}; both must be positive.", nameof(config));
        Config = config;
        _mean = zeros(config.Width).DetachFromDisposeScope();
        _scale = ones(config.Width).DetachFromDisposeScope();
        _linear = nn.Linear(config.Width, config.Classes);
        using (no_grad())
        {
            _linear.weight.zero_();
            _linear.bias!.zero_();
        }
        register_buffer("mean", _mean);
        register_buffer("scale", _scale);
        RegisterComponents();
    }

    /// <summary>Its form.</summary>
    public LinearProbeConfig Config { get; }

    /// <inheritdoc/>
    public override ProbeKind Kind => ProbeKind.Linear;

    /// <inheritdoc/>
    public override int Classes => Config.Classes;

    internal override (Tensor Weight, Tensor Bias) Head => (_linear.weight, _linear.bias!);

    /// <summary>Logits.</summary>
    /// <param name="input">[b, D], or [b, N, D] tokens, which are averaged first.</param>
    /// <returns>[b, K].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.dim() == 3 ? input.mean([1]) : input;             // [b, D]
        if (Config.LayerNorm) x = nn.functional.layer_norm(x, [x.size(1)]);
        return _linear.forward((x - _mean) * _scale).MoveToOuterDisposeScope(); // [b, K]
    }

    internal void Fill(Tensor mean, Tensor scale, Tensor weight, Tensor bias)
    {
        using var noGrad = no_grad();
        _mean.copy_(mean);
        _scale.copy_(scale);
        _linear.weight.copy_(weight);
        _linear.bias!.copy_(bias);
    }
}
