using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

/// <summary>
/// Stage 1: the encoder aligns with a frozen image teacher while predictor and decoder reconstruct masked pixels (method, section 6).
/// </summary>
public sealed class Stage1 : ITrainingStage
{
    private readonly Stage1Config _config;
    private readonly Device _device;
    private readonly IImageTeacher? _teacher;
    private readonly IMaskingPolicy _masking;
    private readonly StepTrace _trace;
    private readonly FrozenOutputs? _outputs;

    /// <summary>Builds student and teacher on the configured device, in the configured precision.</summary>
    /// <param name="config">The run; validated here.</param>
    /// <param name="teacher">The image teacher; disposed with the stage. Null where the configuration needs none.</param>
    /// <exception cref="Foundation.ConfigurationException">The configuration contradicts itself.</exception>
    public Stage1(Stage1Config config, IImageTeacher? teacher)
        : this(config, teacher, StepTrace.None, outputs: null)
    {
    }

    internal Stage1(Stage1Config config, IImageTeacher? teacher, StepTrace trace, FrozenOutputs? outputs)
    {
        config.Validate();
        (_config, _teacher, _trace, _outputs) = (config, teacher, trace, outputs);
        _device = TrainingDevice.Open(config.Training);
        using var generator = StepGenerators.ForWeights(config.Training.Seed);
        Student = config.Model.Build(generator);
        TextPredictor.LoadInto(Student);
        config.Training.Recompute.ApplyTo(Student);
        if (config.Start is { } start) Start = ModelCheckpoint.StartStage1(Student, start);
        Student.to(_device, config.Training.Precision.ScalarType());
        if (config.MiddleWeight == 0) StudentParts.LeaveUntouched(Student, StudentParts.MiddlePositions, StudentParts.MiddleHeads);
        if (config.FinalWeight == 0) StudentParts.LeaveUntouched(Student, StudentParts.Pool, StudentParts.FinalHead);
        if (config.PixelWeight == 0) StudentParts.LeaveUntouched(Student, StudentParts.Predictor, StudentParts.Decoder);
        _masking = config.Masking.Build(config.Model.Encoder.Grid);
        if (config.ReadsTeacher) StageChecks.RequireFit(
            teacher, config.Model.Encoder, config.Model.Alignment?.TeacherWidth, "model.alignment.teacher_width");
    }

    /// <inheritdoc/>
    public EncoderPredictorDecoder Student { get; }

    /// <inheritdoc/>
    public LoadReport? Start { get; }

    /// <inheritdoc/>
    public LossParts ComputeLoss(StepInput input)
    {
        var (video, stepIndex) = (input.Video, input.Step);
        using var random = new StepGenerators(_config.Training.Seed, stepIndex, _device);
        var target = Observe(input);
        var mask = DrawMask((int)video.size(0), target?.Saliency, random.Mask);
        var encoded = Encode(video, mask, random.DropPath);
        var losses = new WeightedLosses();
        if (_config.Aligns) AddAlignment(losses, encoded, target!, mask);
        if (_config.PixelWeight > 0) AddPixels(losses, Predict(encoded, mask), video, mask, random.Noise, MeasuresListening(stepIndex));
        return losses.Sum();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Student.Dispose();
        (_teacher as IDisposable)?.Dispose();
    }

    // All batches of a step have the same parts.
    private bool MeasuresListening(long batch) =>
        _config.Training.HealthEvery > 0 && ((batch / _config.Training.Accumulation) + 1) % _config.Training.HealthEvery == 0;

    private TeacherOutput? Observe(StepInput input)
    {
        if (!_config.ReadsTeacher) return null;
        using var part = _trace.Enter(StepPart.Teacher);
        using var noGrad = no_grad();
        var layers = _config.MiddleWeight > 0 ? _config.Model.Alignment!.Layers : 0;
        return _outputs is null
            ? _teacher!.Observe(input.Video, layers)
            : _outputs.Observed(input, layers, () => _teacher!.Observe(input.Video, layers));
    }

    private TokenMask DrawMask(int batch, Tensor? saliency, TensorRandom random)
    {
        using var part = _trace.Enter(StepPart.Masks);
        return _masking.Draw(batch, saliency, random)[0];
    }

    private EncoderOutput Encode(Tensor video, TokenMask mask, TensorRandom dropPath)
    {
        using var part = _trace.Enter(StepPart.Encoder);
        return Student.Encoder.Encode(Student.Encoder.Embed(video), mask.Visible, dropPath);
    }

    private void AddAlignment(WeightedLosses losses, EncoderOutput encoded, TeacherOutput target, TokenMask mask)
    {
        using var part = _trace.Enter(StepPart.Alignment);
        if (_config.MiddleWeight > 0)
            losses.Add(
                "align_middle", Stage1Objective.AlignMiddle(Student.Alignment!, encoded.Layers, target.Middle, mask.Visible),
                _config.MiddleWeight);
        if (_config.FinalWeight > 0)
            losses.Add(
                "align_final", Stage1Objective.AlignFinal(Student.Alignment!, Student.Encoder.Pool(encoded.Tokens), target.Final),
                _config.FinalWeight);
    }

    private Tensor Predict(EncoderOutput encoded, TokenMask mask)
    {
        using var part = _trace.Enter(StepPart.Predictor);
        return Student.PredictMasked(encoded.Tokens, mask);
    }

    private void AddPixels(
        WeightedLosses losses, Tensor predicted, Tensor video, TokenMask mask, TensorRandom noise, bool measuresListening)
    {
        using var part = _trace.Enter(StepPart.Decoder);
        PixelTerm.AddTo(losses, "pixel", _config.PixelWeight, Student, predicted, video, mask, noise, measuresListening);
    }
}
