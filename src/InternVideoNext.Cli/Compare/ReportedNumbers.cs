using InternVideoNext.Ablations;
using InternVideoNext.Probes;
using InternVideoNext.Weights;

namespace InternVideoNext.Cli.Compare;

/// <summary>Accuracies that others, or this package's own ablation, state of an encoder under a protocol.</summary>
internal static class ReportedNumbers
{
    private const string Kinetics = "kinetics-400";
    private const string SomethingSomething = "something-something-v2";

    private static readonly (string Encoder, string Protocol, double Percent, string By)[] Authors =
    [
        ("vjepa2-vitl", "vjepa2/ssv2", 73.7, "V-JEPA 2, README"),
        ("vjepa2-vitl-ssv2", "vjepa2/ssv2", 73.7, "V-JEPA 2, README"),
        ("vjepa2-vitg-384", "vjepa2/ssv2", 77.3, "V-JEPA 2, README"),
        ("vjepa2-vitg-384-ssv2", "vjepa2/ssv2", 77.3, "V-JEPA 2, README"),
    ];

    // Whose line of the paper's main table, which probes attentively with one pooling block.
    private static readonly Dictionary<string, string> Lines = new(StringComparer.Ordinal)
    {
        ["internvideo-next-base"] = "InternVideo-Next Base",
        ["internvideo-next-large"] = "InternVideo-Next Large",
        ["videomae-v2-large"] = "VideoMAEv2-L",
        ["vjepa2-vitl"] = "V-JEPA2-L",
        ["internvideo2-l14"] = "InternVideo2_s2-L",
        ["internvideo2-s2-6b"] = "InternVideo2_s2-6B",
    };

    /// <summary>The accuracy in 0..1 and who states it; nothing where none is known.</summary>
    /// <param name="encoder">Its name.</param>
    /// <param name="protocol">The protocol it is probed by.</param>
    /// <param name="data">What it is probed on.</param>
    /// <param name="label">The label.</param>
    /// <param name="seed">Of the comparison.</param>
    public static (double? Accuracy, string? By) Of(
        string encoder, ProbeProtocol protocol, ComparisonData data, string label, ulong seed)
    {
        if (data.IsEmbedded) return OfAblation(encoder, protocol, data, label, seed);
        if (Authors.FirstOrDefault(row => row.Encoder == encoder && row.Protocol == protocol.Name) is { By: not null } own)
            return (own.Percent / 100, own.By);
        if (!protocol.Name.StartsWith(ProbeProtocols.InternVideo2Attentive.Name, StringComparison.Ordinal)
            || !Lines.TryGetValue(encoder, out var line)) return default;
        var row = ReportedSystem.MainTable.First(system => system.Name == line);
        double? percent = protocol.DataSet switch
        {
            Kinetics => row.Kinetics,
            SomethingSomething => row.SomethingSomething,
            _ => null,
        };
        return percent is null ? default : (percent / 100, "InternVideo-Next, main table");
    }

    // The same weights on the same world.
    private static (double? Accuracy, string? By) OfAblation(
        string encoder, ProbeProtocol protocol, ComparisonData data, string label, ulong seed)
    {
        var shipped = ShippedModels.All.FirstOrDefault(model => model.Name == encoder);
        if (shipped is null || shipped.Result.Seed != seed) return default;
        var probe = shipped.Result.Probes.FirstOrDefault(p => p.Readout == protocol.Name && p.Result.Label == label);
        return probe is null ? default : (probe.Result.Top1, FormattableString.Invariant($"this package's ablation, seed {seed}"));
    }
}
