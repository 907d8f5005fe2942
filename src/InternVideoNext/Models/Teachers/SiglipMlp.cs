using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>The MLP of SigLIP2's layers and of its pooling head: tanh GELU, Xavier uniform weights.</summary>
internal static class SiglipMlp
{
    public static Mlp Create(SiglipConfig config, Generator generator)
    {
        var mlp = new Mlp(config.Width, config.Intermediate, GeluKind.Tanh, std: 0, generator);
        WeightInitialization.XavierUniform(mlp.InputWeight, generator);
        WeightInitialization.XavierUniform(mlp.OutputWeight, generator);
        return mlp;
    }
}
