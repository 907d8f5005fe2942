using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>G <see cref="AttentiveProbe"/>s with stacked parameters, computed and trained together.</summary>
internal sealed class AttentiveBank : IDisposable
{
    private readonly AttentiveProbeConfig _config;
    private readonly Dictionary<string, Tensor> _parameters; // [G, ...] each, by the probe's parameter names

    /// <summary>All probes start as copies of <paramref name="probe"/>.</summary>
    public AttentiveBank(AttentiveProbe probe, int count, Device device)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _config = probe.Config;
        _parameters = probe.named_parameters().ToDictionary(
            pair => pair.name,
            pair => pair.parameter.to(device).unsqueeze(0).expand([count, .. pair.parameter.shape]).clone().requires_grad_()
                .DetachFromDisposeScope(),
            StringComparer.Ordinal);
    }

    /// <summary>Names, in the order of <see cref="Parameters"/>.</summary>
    public IReadOnlyList<string> Names => [.. _parameters.Keys];

    /// <summary>Stacked parameters, leaves that want gradients.</summary>
    public IReadOnlyList<Tensor> Parameters => [.. _parameters.Values];

    /// <summary>Logits of every probe, [G, B, K].</summary>
    /// <param name="tokens">[B, N, C].</param>
    public Tensor Logits(Tensor tokens) => new AttentiveNetwork(_config, _parameters).Logits(tokens);

    /// <summary>One probe as a module on the CPU.</summary>
    public AttentiveProbe Extract(int index)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var probe = new AttentiveProbe(_config);
        foreach (var (name, parameter) in probe.named_parameters()) parameter.copy_(_parameters[name][index].cpu());
        return probe;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in _parameters.Values) parameter.Dispose();
    }
}
