using InternVideoNext.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B batch, N sequence, Cp width

/// <summary>The transformer inside a predictor (<c>bert_decoder</c> of the checkpoints): any map of a full sequence.</summary>
public abstract class PredictorBody : Module<Tensor, Tensor>
{
    /// <summary>Remembers the width.</summary>
    /// <param name="name">Name of the module.</param>
    /// <param name="width">Cp.</param>
    protected PredictorBody(string name, int width)
        : base(name) => Width = width;

    /// <summary>Cp, channels of a token.</summary>
    public int Width { get; }

    /// <summary>Layers whose intermediates are computed again in the backward pass instead of being kept; null: none.</summary>
    public BlockRange? Recompute { get; set; }

    /// <summary>The output of every layer, shallow to deep, each [B, N, Cp].</summary>
    /// <param name="input">[B, N, Cp].</param>
    public abstract IReadOnlyList<Tensor> LayerOutputs(Tensor input);

    /// <summary>The output of the last layer; there is no final norm.</summary>
    /// <param name="input">[B, N, Cp].</param>
    /// <returns>[B, N, Cp].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return LayerOutputs(input)[^1].MoveToOuterDisposeScope();
    }
}
