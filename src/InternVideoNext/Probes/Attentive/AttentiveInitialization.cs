using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>
/// V-JEPA's initial weights: linear weights and the query normal with deviation 0.02 (cut at 2, a hundred deviations off),
/// biases 0, norms 1 and 0, the weights that enter the residual stream of block i divided by sqrt(2 i);
/// the class layer uniform within 1 / sqrt(C).
/// </summary>
internal static class AttentiveInitialization
{
    private const double Deviation = 0.02;

    public static void Apply(AttentiveProbe probe, AttentiveProbeConfig config, Generator generator)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in probe.named_parameters())
        {
            if (name.StartsWith("linear.", StringComparison.Ordinal))
            {
                var bound = 1 / Math.Sqrt(config.Width);
                parameter.uniform_(-bound, bound, generator);
            }
            else if (name.EndsWith(".bias", StringComparison.Ordinal)) parameter.zero_();
            else if (name.Contains("norm", StringComparison.Ordinal)) parameter.fill_(1);
            else parameter.normal_(0, Deviation, generator).div_(ResidualScale(name, config.Blocks));
        }
    }

    // The pooling block has no projection behind its attention, and the release gives its MLP the scale of the block before it.
    private static double ResidualScale(string name, int blocks)
    {
        var parts = name.Split('.');
        var enters = name.EndsWith("mlp.fc2.weight", StringComparison.Ordinal)
            || name.EndsWith("attn.proj.weight", StringComparison.Ordinal);
        if (!enters) return 1;
        var block = parts[1] == "blocks" ? int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) + 1
            : Math.Max(1, blocks - 1);
        return Math.Sqrt(2.0 * block);
    }
}
