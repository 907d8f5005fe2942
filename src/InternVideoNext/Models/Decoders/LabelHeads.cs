using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

// Shapes: B clips, C encoder width, k classes of a label.

/// <summary>
/// Linear classifiers on the encoder's mean token, one a label: the upper bound of the ablations, where the same encoder is
/// trained with labels.
/// </summary>
[Kind("label_heads")]
public sealed record LabelHeadsConfig : DecoderConfig
{
    /// <summary>Label name to its number of classes.</summary>
    public required IReadOnlyDictionary<string, int> Classes { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Key => "label_heads";

    /// <summary>Makes the heads, on the CPU in float32.</summary>
    /// <param name="encoderWidth">C.</param>
    /// <param name="generator">A generator on the CPU.</param>
    /// <exception cref="ConfigurationException">There is no label, or one of fewer than two classes.</exception>
    public LabelHeads Build(int encoderWidth, Generator generator)
    {
        Validate();
        return new LabelHeads(this, encoderWidth, generator);
    }

    /// <inheritdoc/>
    public override void Validate() => new ConfigCheck("model.decoder")
        .That(Classes.Count > 0, "classes is empty; name at least one label")
        .That(Classes.Values.All(count => count is >= 2 and <= ConfigLimits.Width),
            $"classes has a label of fewer than two classes, or of more than {ConfigLimits.Width}")
        .ThrowIfAny();

    /// <inheritdoc/>
    public override BlockDescription Describe(EncoderConfig encoder, int predictorWidth, string key, double masked)
    {
        var classes = Classes.Values.Sum();
        return BlockTree.Block(Key, key, nameof(LabelHeads), "supervised bound", $"[{encoder.Width}] -> [{classes}]",
            Cost.Linear(1, encoder.Width, classes), encoder.Width + classes);
    }
}

/// <summary>One linear layer a label; <c>weight</c> and <c>bias</c> under the label's name.</summary>
public sealed class LabelHeads : nn.Module
{
    internal LabelHeads(LabelHeadsConfig config, int encoderWidth, Generator generator) : base(nameof(LabelHeads))
    {
        Labels = [.. config.Classes.Keys.Order(StringComparer.Ordinal)];
        foreach (var label in Labels) register_module(label, DecoderLinear.Xavier(encoderWidth, config.Classes[label], generator));
    }

    /// <summary>The labels, in ordinal order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The classes' logits of one label.</summary>
    /// <param name="features">[B, C].</param>
    /// <param name="label">One of <see cref="Labels"/>.</param>
    /// <returns>[B, k].</returns>
    public Tensor Logits(Tensor features, string label) =>
        ((Linear)named_children().Single(child => child.name == label).module).call(features);
}
