using InternVideoNext.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

/// <summary>
/// TorchSharp layers as this package makes them: values from a passed generator only, and parameters outside every
/// dispose scope, so that a model built inside a scope outlives it.
/// </summary>
internal static class Layers
{
    /// <summary>A linear layer: truncated normal weight, zero bias.</summary>
    public static Linear Linear(long inputs, long outputs, bool bias, double std, Generator generator)
    {
        LibTorch.EnsureLoaded();
        var layer = nn.Linear(inputs, outputs, hasBias: bias);
        WeightInitialization.TruncatedNormal(layer.weight!, std, generator);
        if (layer.bias is not null) WeightInitialization.Fill(layer.bias, 0);
        return Detach(layer);
    }

    /// <summary>A layer normalisation over the last axis: weight one, bias zero or none.</summary>
    public static LayerNorm LayerNorm(long width, double eps, bool bias = true) =>
        Detach(nn.LayerNorm(width, eps, elementwise_affine: true, bias: bias));

    /// <summary>A trainable tensor.</summary>
    public static Parameter Parameter(Tensor values)
    {
        var parameter = new Parameter(values, requires_grad: true);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    /// <summary>Takes every parameter of a module out of the dispose scopes.</summary>
    public static T Detach<T>(T module)
        where T : Module
    {
        foreach (var parameter in module.parameters()) parameter.DetachFromDisposeScope();
        return module;
    }

    /// <summary>The Gaussian error linear unit in the asked-for form.</summary>
    public static Tensor Gelu(Tensor x, GeluKind kind) =>
        functional.gelu(x, kind == GeluKind.Exact ? TorchSharp.Modules.GELU.Approximate.none : TorchSharp.Modules.GELU.Approximate.tanh);
}
