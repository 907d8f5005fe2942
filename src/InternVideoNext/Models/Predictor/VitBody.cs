using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B batch, N sequence, Cp width

/// <summary>Plain transformer blocks, the encoder's own kind, over the full sequence.</summary>
public sealed class VitBody : PredictorBody
{
    [ComponentName(Name = "layers")] private readonly ModuleList<TransformerBlock> _layers;

    internal VitBody(VitPredictorConfig config, Generator generator)
        : base(nameof(VitBody), config.Width)
    {
        _layers = ModuleList([.. Enumerable.Range(0, config.Depth).Select(i => new TransformerBlock(config.Block(), i, generator))]);
        if (config.Initialization == PredictorInitialization.Zero)
            foreach (var layer in _layers) layer.ZeroResidualOutputs();
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> LayerOutputs(Tensor input)
    {
        using var scope = NewDisposeScope();
        var outputs = new List<Tensor>(_layers.Count);
        var recomputation = new Recomputation();
        for (var i = 0; i < _layers.Count; i++)
        {
            input = Recompute?.Contains(i) == true ? recomputation.Run(_layers[i].call, input, null) : _layers[i].call(input, null);
            outputs.Add(input.MoveToOuterDisposeScope());
        }

        return outputs;
    }
}
