using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>The initialisations of the decoders. Biases start at zero; all draws come from the given generator.</summary>
internal static class DecoderInit
{
    /// <summary>Xavier uniform (Glorot and Bengio 2010).</summary>
    public static void Xavier(Linear layer, Generator generator)
    {
        using var gradient = no_grad();
        var bound = Math.Sqrt(6.0 / (layer.weight!.size(0) + layer.weight.size(1)));
        layer.weight.uniform_(-bound, bound, generator);
        layer.bias?.zero_();
    }

    /// <summary>Normal with mean 0.</summary>
    public static void Normal(Linear layer, double std, Generator generator)
    {
        using var gradient = no_grad();
        layer.weight!.normal_(0.0, std, generator);
        layer.bias?.zero_();
    }

    /// <summary>All zeros.</summary>
    public static void Zero(Linear layer)
    {
        using var gradient = no_grad();
        layer.weight!.zero_();
        layer.bias?.zero_();
    }
}
