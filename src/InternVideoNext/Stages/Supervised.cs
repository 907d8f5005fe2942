using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

// Shapes: B clips, N tokens, C encoder width.

/// <summary>Trains the encoder with labels: the sum over labels of the cross entropy of a linear classifier on the mean token.</summary>
public sealed class Supervised : ITrainingStage
{
    private readonly SupervisedConfig _config;
    private readonly Device _device;
    private readonly Func<int, string, int> _labelOf;
    private readonly LabelHeads _heads;

    /// <summary>Builds the encoder and its classifiers on the configured device.</summary>
    /// <param name="config">The run; validated here.</param>
    /// <param name="labelOf">The class of an entry of the training source, for a label's name.</param>
    /// <exception cref="Foundation.ConfigurationException">The configuration contradicts itself.</exception>
    public Supervised(SupervisedConfig config, Func<int, string, int> labelOf)
    {
        config.Validate();
        (_config, _labelOf) = (config, labelOf);
        _device = TrainingDevice.Open(config.Training);
        using var generator = StepGenerators.ForWeights(config.Training.Seed);
        Student = config.Model.Build(generator);
        Student.to(_device, config.Training.Precision.ScalarType());
        StudentParts.LeaveUntouched(Student, StudentParts.Pool);
        _heads = Student.LabelHeads!;
    }

    /// <inheritdoc/>
    public EncoderPredictorDecoder Student { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input does not say which clips these are.</exception>
    public LossParts ComputeLoss(StepInput input)
    {
        var clips = input.Clips
            ?? throw new ArgumentException(
            "supervised training looks up the clips' labels; the input must say which clips they are", nameof(input));
        using var random = new StepGenerators(_config.Training.Seed, input.Step, _device);
        var classes = _config.Model.Encoder.ClassTokens;
        var tokens = Student.Encoder.Encode(Student.Encoder.Embed(input.Video), visible: null, random.DropPath).Tokens;
        var features = tokens.narrow(1, classes, tokens.size(1) - classes).mean([1]);                   // [B, C]
        var losses = new WeightedLosses();
        foreach (var label in _heads.Labels)
        {
            using var target = tensor(clips.Select(entry => (long)_labelOf(entry, label)).ToArray(), device: input.Video.device);
            losses.Add(label, nn.functional.cross_entropy(_heads.Logits(features, label).to(float32), target), weight: 1);
        }
        return losses.Sum();
    }

    /// <inheritdoc/>
    public void Dispose() => Student.Dispose();
}
