using InternVideoNext.Modules;
using InternVideoNext.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>The linear layers of the diffusion decoder, by how they begin. Biases are zero.</summary>
internal static class DecoderLinear
{
    /// <summary>Xavier uniform weights (Glorot and Bengio 2010).</summary>
    public static Linear Xavier(long inputs, long outputs, Generator generator)
    {
        var layer = Zero(inputs, outputs);
        WeightInitialization.XavierUniform(layer.weight!, generator);
        return layer;
    }

    /// <summary>Normal weights of mean 0.</summary>
    public static Linear Normal(long inputs, long outputs, double std, Generator generator)
    {
        var layer = Zero(inputs, outputs);
        WeightInitialization.Normal(layer.weight!, std, generator);
        return layer;
    }

    /// <summary>Zero weights: the layer begins by answering 0.</summary>
    public static Linear Zero(long inputs, long outputs)
    {
        LibTorch.EnsureLoaded();
        var layer = Layers.Detach(nn.Linear(inputs, outputs));
        WeightInitialization.Fill(layer.weight!, 0.0);
        WeightInitialization.Fill(layer.bias!, 0.0);
        return layer;
    }
}
