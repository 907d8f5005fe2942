using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B batch, N sequence, Cp width

/// <summary>ModernBERT layers without embeddings and final norm, global and local attention by original layer index.</summary>
public sealed class ModernBertBody : PredictorBody
{
    private readonly ModernBertPredictorConfig _config;
    [ComponentName(Name = "layers")] private readonly ModuleList<ModernBertLayer> _layers;

    internal ModernBertBody(ModernBertPredictorConfig config, Generator generator)
        : base(nameof(ModernBertBody), config.Width)
    {
        _config = config;
        _layers = ModuleList([.. config.LayerIds.Select(id => new ModernBertLayer(config, id, generator))]);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> LayerOutputs(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (everywhere, nearby, window) = (Everywhere(input), Nearby(input), Window(input));
        var outputs = new List<Tensor>(_config.LayerIds.Count);
        var recomputation = new Recomputation();
        for (var i = 0; i < _layers.Count; i++)
        {
            var (layer, isGlobal) = (_layers[i], _config.IsGlobal(_config.LayerIds[i]));
            if (Recompute?.Contains(i) == true) input = recomputation.Run((x, _) => Alone(layer, isGlobal, x), input, null);
            else input = isGlobal ? layer.call(input, everywhere, null) : layer.call(input, nearby, window);
            outputs.Add(input.MoveToOuterDisposeScope());
        }

        return outputs;
    }

    // A layer that is computed again makes its own tables: the shared ones are gone by then.
    private Tensor Alone(ModernBertLayer layer, bool isGlobal, Tensor x)
    {
        using var scope = NewDisposeScope();
        return (isGlobal ? layer.call(x, Everywhere(x), null) : layer.call(x, Nearby(x), Window(x))).MoveToOuterDisposeScope();
    }

    private RotaryEmbedding Everywhere(Tensor x) =>
        RotaryEmbedding.For(x.size(1), Width / _config.Heads, _config.GlobalTheta, x.dtype, x.device);

    private RotaryEmbedding Nearby(Tensor x) =>
        RotaryEmbedding.For(x.size(1), Width / _config.Heads, _config.LocalTheta, x.dtype, x.device);

    private LocalAttention Window(Tensor x) => LocalAttention.For(x.size(1), _config.LocalAttention / 2, x.dtype, x.device);
}
