using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

// Shapes: B clips, N tokens, Nv visible tokens, C student width, D teacher width, K aligned layers.

/// <summary>
/// Semantic alignment: one head per aligned student block, and one for the pooled vector (method, section 6).
/// Parameter names: <c>clip_pos_embed</c>, <c>clip_decoder.k</c> (shallow to deep), <c>final_clip_decoder</c>.
/// </summary>
public sealed class SemanticAlignment : nn.Module
{
    [ComponentName(Name = "clip_pos_embed")] private readonly Parameter _positions;
    [ComponentName(Name = "clip_decoder")] private readonly ModuleList<ProjectionHead> _middle;
    [ComponentName(Name = "final_clip_decoder")] private readonly ProjectionHead _final;

    private readonly int _classTokens;

    internal SemanticAlignment(AlignmentConfig config, EncoderConfig encoder, Generator generator) : base(nameof(SemanticAlignment))
    {
        Config = config;
        _classTokens = encoder.ClassTokens;
        _positions = Layers.Parameter(encoder.PositionTable());
        _middle = new ModuleList<ProjectionHead>([.. Enumerable.Range(0, config.Layers)
            .Select(_ => new ProjectionHead(encoder.Width, config.TeacherWidth, encoder.InitStd, generator))]);
        _final = new ProjectionHead(encoder.PoolWidth, config.TeacherWidth, encoder.InitStd, generator);
        RegisterComponents();
    }

    /// <summary>The configuration it was built from.</summary>
    public AlignmentConfig Config { get; }

    /// <summary>Predictions of the teacher's hidden states at the visible tokens.</summary>
    /// <param name="layers">Outputs of every encoder block, [B, classes + Nv, C], shallow to deep; the last K are used.</param>
    /// <param name="visible">[B, Nv] int64.</param>
    /// <returns>[K, B, Nv, D], L2-normalised, shallow to deep.</returns>
    public Tensor Middle(IReadOnlyList<Tensor> layers, Tensor visible)
    {
        using var scope = NewDisposeScope();
        var (batch, count) = (visible.size(0), visible.size(1));
        var patches = _positions.narrow(1, _classTokens, _positions.size(1) - _classTokens)[0];
        var positions = patches.index_select(0, visible.reshape(-1)).view(batch, count, -1);        // [B, Nv, C]
        var first = layers.Count - _middle.Count;
        var aligned = _middle.Select((head, k) =>
            nn.functional.normalize(head.call(layers[first + k].narrow(1, _classTokens, count) + positions), p: 2, dim: -1));
        return stack(aligned.ToArray()).MoveToOuterDisposeScope();                                  // [K, B, Nv, D]
    }

    /// <summary>Prediction of the teacher's pooled vector.</summary>
    /// <param name="pooled">The encoder's pooled vector, [B, pool width].</param>
    /// <returns>[B, D], L2-normalised.</returns>
    public Tensor Final(Tensor pooled)
    {
        using var scope = NewDisposeScope();
        return nn.functional.normalize(_final.call(pooled), p: 2, dim: -1).MoveToOuterDisposeScope();
    }
}
