using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models.Peers;

// Shapes: B batch, N tokens, C width, H heads, F hidden width, D = F / H head width

/// <summary>
/// The pooling attention of VideoPrism's video-text models: one learned query, whose channels are scaled by
/// 1.442695041 softplus(s) / sqrt(D); no cap; an output projection and a LayerNorm with gain 1 + g.
/// </summary>
internal sealed class VideoPrismPool : Module<Tensor, Tensor>
{
    // 1 / log 2, so that a scale of 0 means the usual 1 / sqrt(D); written with the digits that the authors use.
    private const double SoftplusAtZero = 1.442695041;

    private readonly long _heads;
    [ComponentName(Name = "query")] private readonly Parameter _query;
    [ComponentName(Name = "per_dim_scale")] private readonly Parameter _scale;
    [ComponentName(Name = "q")] private readonly Linear _queryProjection;
    [ComponentName(Name = "k")] private readonly Linear _keyProjection;
    [ComponentName(Name = "v")] private readonly Linear _valueProjection;
    [ComponentName(Name = "proj")] private readonly Linear _projection;
    [ComponentName(Name = "norm")] private readonly UnitOffsetLayerNorm _norm;

    public VideoPrismPool(VideoPrismConfig config, Generator generator)
        : base(nameof(VideoPrismPool))
    {
        const double InitStd = 0.02;
        var (width, hidden) = (config.Width, config.PoolHidden);
        _heads = config.Heads;
        _query = Layers.Parameter(WeightInitialization.TruncatedNormal(empty(1, 1, width, device: CPU), InitStd, generator));
        _scale = Layers.Parameter(zeros(hidden / config.Heads, device: CPU));
        _queryProjection = Layers.Linear(width, hidden, bias: true, InitStd, generator);
        _keyProjection = Layers.Linear(width, hidden, bias: true, InitStd, generator);
        _valueProjection = Layers.Linear(width, hidden, bias: true, InitStd, generator);
        _projection = Layers.Linear(hidden, width, bias: true, InitStd, generator);
        _norm = new UnitOffsetLayerNorm(width, config.NormEps);
        RegisterComponents();
    }

    // [B, N, C] -> [B, C]
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        // The fused attention divides by sqrt(D) itself.
        var query = Split(_queryProjection.forward(_query)) * functional.softplus(_scale) * SoftplusAtZero; // [1, H, 1, D]
        var mixed = functional.scaled_dot_product_attention(
            query.expand(input.size(0), -1, -1, -1), Split(_keyProjection.forward(input)), Split(_valueProjection.forward(input)), p: 0);
        return _norm.forward(_projection.forward(mixed.transpose(1, 2).flatten(1))).MoveToOuterDisposeScope(); // [B, C]
    }

    private Tensor Split(Tensor x) => x.unflatten(2, [_heads, x.size(2) / _heads]).transpose(1, 2); // [B, H, N, D]
}
