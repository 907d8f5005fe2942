using InternVideoNext.Checkpoints;
using InternVideoNext.Masking;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>Builds this package's modules with a reference file's weights, loaded strictly.</summary>
internal static class ReferenceModels
{
    /// <summary>Every weight of the file under the module's own name.</summary>
    public static KeyMap SameNames { get; } = new("reference file", [KeyRule.Map("{rest}", "{rest}")]);

    /// <summary>A module with the weights under a prefix of the file, on the reference's device. The caller disposes it.</summary>
    /// <exception cref="CheckpointMismatchException">Names or shapes do not fit; every one is listed.</exception>
    public static T Load<T>(Func<Generator, T> build, ReferenceData reference, string prefix, KeyMap map)
        where T : nn.Module
    {
        using var generator = new Generator(0, CPU);
        var module = build(generator);
        try
        {
            StrictLoader.Load(module, reference.Select(prefix), map);
            module.to(reference.Device);
            return module;
        }
        catch (CheckpointMismatchException)
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>The index tables of a boolean mask of the file, [B, N], true = masked.</summary>
    public static TokenMask Mask(ReferenceData reference, string name)
    {
        using var scope = NewDisposeScope();
        var masked = reference[name].to(@bool);
        return TokenMask.FromBoolean(masked, masked.size(1) - masked[0].sum().item<long>()).MoveToOuterDisposeScope();
    }

    /// <summary>Compares the gradients that the file records, after a backward pass.</summary>
    /// <param name="reference">The file.</param>
    /// <param name="rows">Where to note them.</param>
    /// <param name="module">Whose parameters have the gradients.</param>
    /// <param name="map">The file's names against the module's.</param>
    public static void CompareGradients(ReferenceData reference, ParityRecorder rows, nn.Module module, KeyMap map)
    {
        const string Prefix = "grad.";
        var parameters = module.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        var names = reference.Under(Prefix).ToList();
        if (names.Count == 0) rows.Fail(Prefix + "*", "missing in the file: no gradient compared");
        foreach (var name in names)
        {
            if (map.Import(name[Prefix.Length..]).Key is not { } key || !parameters.TryGetValue(key, out var parameter))
                rows.Fail(name, "the model has no such parameter");
            else if (parameter.grad is not { } gradient)
                rows.Fail(name, "no gradient reached this parameter");
            else
                rows.Compare(name, gradient, ParityTolerance.Gradient);
        }
    }

    /// <summary>Whether a tensor agrees with a recorded one; false where the file has none or the shapes differ.</summary>
    public static bool Agrees(ReferenceData reference, string name, Tensor actual)
    {
        if (!reference.Has(name)) return false;
        using var scope = NewDisposeScope();
        var expected = reference[name].to(float64);
        if (!actual.shape.SequenceEqual(expected.shape)) return false;
        var scale = expected.abs().max().item<double>();
        return (actual.detach().to(float64) - expected).abs().max().item<double>() <= ParityTolerance.Output * scale;
    }
}
