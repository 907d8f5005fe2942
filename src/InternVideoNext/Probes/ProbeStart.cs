using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>A probe to go on from, and which row of its class layer stands for each class now wanted.</summary>
internal sealed record ProbeStart(Probe Probe, long[] HeadRows)
{
    /// <summary>The class layer of the wanted classes: weight [K, C] and bias [K].</summary>
    public (Tensor Weight, Tensor Bias) Head(Device device)
    {
        using var noGrad = no_grad();
        using var rows = tensor(HeadRows);
        var (weight, bias) = Probe.Head;
        return (weight.index_select(0, rows).to(device), bias.index_select(0, rows).to(device));
    }
}
