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
        var (length, dtype, device) = (input.size(1), input.dtype, input.device);
        var headWidth = Width / _config.Heads;
        var window = LocalAttention.For(length, _config.LocalAttention / 2, dtype, device);
        var everywhere = RotaryEmbedding.For(length, headWidth, _config.GlobalTheta, dtype, device);
        var nearby = RotaryEmbedding.For(length, headWidth, _config.LocalTheta, dtype, device);
        var outputs = new List<Tensor>(_config.LayerIds.Count);
        foreach (var (layer, id) in _layers.Zip(_config.LayerIds))
        {
            input = _config.IsGlobal(id) ? layer.forward(input, everywhere, null) : layer.forward(input, nearby, window);
            outputs.Add(input.MoveToOuterDisposeScope());
        }

        return outputs;
    }
}
