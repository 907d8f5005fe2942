using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>Sizes of a predictor; the kind says which body it has.</summary>
[KindNamedBy("kind", "predictor")]
public abstract record PredictorConfig
{
    /// <summary>How the body starts.</summary>
    public PredictorInitialization Initialization { get; init; } = PredictorInitialization.Random;

    /// <summary>Standard deviation of the initial weights.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <summary>Cp, channels of the body's output: <see cref="PredictorBody.Width"/> of what <see cref="BuildBody"/> makes.</summary>
    [JsonIgnore]
    public abstract int OutputWidth { get; }

    /// <summary>Layers of the body.</summary>
    [JsonIgnore]
    public abstract int LayerCount { get; }

    /// <summary>Makes the predictor of an encoder, with initial weights.</summary>
    /// <param name="encoder">Whose tokens it completes.</param>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range or two do not fit; all such fields are named.</exception>
    public Predictor Build(EncoderConfig encoder, Generator generator)
    {
        encoder.Validate();
        Validate();
        return new Predictor(encoder, BuildBody(generator), InitStd, generator);
    }

    /// <summary>Checks the fields against their ranges and one another.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public abstract void Validate();

    /// <summary>Makes the body alone.</summary>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range or two do not fit; all such fields are named.</exception>
    public abstract PredictorBody BuildBody(Generator generator);

    /// <summary>
    /// The body as a tree of blocks. Where a kind says no more of itself, the body is built once and its parameters are counted; every
    /// matrix is then taken to work on every token, and nothing is known of what the backward pass keeps.
    /// </summary>
    /// <param name="key">How its parameters' names begin.</param>
    /// <param name="lengths">Lengths of the full sequence, one for each time that a step runs it.</param>
    public virtual BlockDescription DescribeBody(string key, IReadOnlyList<double> lengths)
    {
        using var generator = new Generator(0, CPU);
        using var body = BuildBody(generator);
        return BlockTree.OfModule(
            body, "bert_decoder", key, PredictorBlocks.Section, $"[{BlockTree.Tokens(lengths.Take(1))}, {OutputWidth}]", lengths.Sum());
    }
}

/// <summary>How the body of a predictor starts; text weights are loaded over it afterwards.</summary>
public enum PredictorInitialization
{
    /// <summary>Truncated normal weights.</summary>
    Random,

    /// <summary>As random, with every residual branch's output projection zero: each block starts as the identity.</summary>
    Zero,
}
