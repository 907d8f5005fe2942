using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// The trained parameters of a module, laid out in two flat float32 buffers (decayed, undecayed) with flat gradients
/// and moments beside them: one norm, one clip and one optimiser call a step, whatever the number of tensors.
/// </summary>
/// <remarks>
/// In float32 the module's parameters are views into the buffers. In bfloat16 they are views into bfloat16 copies,
/// which are refreshed from the float32 masters by one cast after each step; gradients are summed over batches and processes in float32.
/// libtorch's hooks on accumulated gradients, by which a sum over processes could begin during the backward pass, are not bound by
/// TorchSharp 0.107: it begins after the step's last one, one call a group. Parameters that ask for no gradient stay as they are.
/// </remarks>
internal sealed class FlatParameters : IDisposable
{
    private readonly List<FlatGroup> _groups = [];

    public FlatParameters(nn.Module module)
    {
        var named = module.named_parameters().Where(p => p.parameter.requires_grad).ToList();
        foreach (var decays in (bool[])[true, false])
        {
            var members = named.Where(p => WeightDecayRule.Decays(p.name, p.parameter.Dimensions) == decays).ToList();
            if (members.Count > 0) _groups.Add(new FlatGroup(members, decays));
        }
        if (_groups.Count == 0) throw new ArgumentException(
            "no parameter of the module asks for a gradient; there is nothing to train", nameof(module));
    }

    public IReadOnlyList<FlatGroup> Groups => _groups;

    public void ZeroGradients()
    {
        foreach (var group in _groups) group.ZeroGradients();
    }

    /// <inheritdoc cref="FlatGroup.TakeBatch"/>
    public void TakeBatch()
    {
        using var noGrad = no_grad();
        foreach (var group in _groups) group.TakeBatch();
    }

    public void Dispose()
    {
        foreach (var group in _groups) group.Dispose();
    }
}

/// <summary>Which parameters AdamW decays (method, section 8; the released code's rule).</summary>
public static class WeightDecayRule
{
    private static readonly HashSet<string> Undecayed = ["cls_token", "pos_embed", "clip_pos_embed"];

    /// <summary>
    /// Whether a parameter decays: not vectors, biases, <c>cls_token</c>, <c>pos_embed</c>, <c>clip_pos_embed</c>.
    /// The predictor's <c>diff_pos_embed</c> and mask token do decay, as in the released code.
    /// </summary>
    /// <param name="name">The parameter's dotted name; only its last part counts.</param>
    /// <param name="dimensions">How many dimensions the parameter has.</param>
    public static bool Decays(string name, long dimensions)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return dimensions > 1 && !last.EndsWith("bias", StringComparison.Ordinal) && !Undecayed.Contains(last);
    }
}
