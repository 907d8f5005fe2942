using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Modules;

namespace InternVideoNext.Recipes;

/// <summary>
/// Which blocks are computed again in the backward pass instead of being kept (<see cref="Modules.Recomputation"/>); null: none.
/// </summary>
public sealed record RecomputeConfig
{
    /// <summary>Of the encoder's blocks.</summary>
    public BlockRange? Encoder { get; init; }

    /// <summary>Of the predictor's layers.</summary>
    public BlockRange? Predictor { get; init; }

    /// <summary>Checks the ranges against a model.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public void Validate(ModelConfig model)
    {
        var (blocks, layers) = (model.Encoder.Depth, model.Predictor?.LayerCount ?? 0);
        new ConfigCheck("training.recompute")
            .Require(
                Encoder is null || Encoder.Value.Last < blocks, "encoder", Encoder,
                $"must lie in 0-{blocks - 1} (model.encoder.depth is {blocks})")
            .Require(Predictor is null || Predictor.Value.Last < layers, "predictor", Predictor,
                layers == 0 ? "names layers, but there is no predictor" : $"must lie in 0-{layers - 1} (the predictor has {layers} layers)")
            .ThrowIfAny();
    }

    internal void ApplyTo(EncoderPredictorDecoder student)
    {
        student.Encoder.Recompute = Encoder;
        if (student.Predictor is { } predictor) predictor.Body.Recompute = Predictor;
    }
}
