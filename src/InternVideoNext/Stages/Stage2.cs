using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

/// <summary>Stage 2: encoder and predictor predict a teacher's latents of the masked tokens (method, section 7).</summary>
public sealed class Stage2 : ITrainingStage
{
    private readonly Stage2Config _config;
    private readonly Device _device;
    private readonly VideoTeacher? _videoTeacher;
    private readonly IImageTeacher? _imageTeacher;
    private readonly IMaskingPolicy _masking;
    private readonly StepTrace _trace;
    private readonly FrozenOutputs? _outputs;

    /// <summary>Builds the student, starts it and its teacher from the configured Stage 1 checkpoint.</summary>
    /// <param name="config">The run; validated here.</param>
    /// <param name="imageTeacher">Where <see cref="Stage2Config.Teacher"/> is an image teacher; disposed with the stage.</param>
    /// <exception cref="Foundation.ConfigurationException">The configuration contradicts itself.</exception>
    public Stage2(Stage2Config config, IImageTeacher? imageTeacher)
        : this(config, imageTeacher, StepTrace.None, outputs: null)
    {
    }

    internal Stage2(Stage2Config config, IImageTeacher? imageTeacher, StepTrace trace, FrozenOutputs? outputs)
    {
        config.Validate();
        (_config, _imageTeacher, _trace) = (config, imageTeacher, trace);
        if (config.HasFrozenTeacher) _outputs = outputs;
        _device = TrainingDevice.Open(config.Training);
        using var generator = StepGenerators.ForWeights(config.Training.Seed);
        Student = config.Model.Build(generator);
        TextPredictor.LoadInto(Student);
        config.Training.Recompute.ApplyTo(Student);
        if (config.Start is { } start)
            Start = ModelCheckpoint.LoadStage1Into(Student, start, keepPredictor: config.PredictorStart == PredictorStart.Kept);
        Student.to(_device, config.Training.Precision.ScalarType());
        StudentParts.LeaveUntouched(Student, StudentParts.Pool);
        _masking = config.Masking.Build(config.Model.Encoder.Grid);
        if (config.Teacher == LatentTeacher.Video) _videoTeacher = new VideoTeacher(
            Student.Encoder, config.Training, config.TeacherMomentum);
        else StageChecks.RequireFit(imageTeacher, config.Model.Encoder, Student.LatentDecoder!.Width, "model.decoder.target_width");
    }

    /// <inheritdoc/>
    public EncoderPredictorDecoder Student { get; }

    /// <inheritdoc/>
    public LoadReport? Start { get; }

    /// <summary>The video teacher's network; null where the teacher is an image model.</summary>
    internal VideoEncoder? TeacherEncoder => _videoTeacher?.Encoder;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> ExtraState => _videoTeacher is null
        ? new Dictionary<string, Tensor>()
        : _videoTeacher.State.ToDictionary(w => $"teacher.{w.Key}", w => w.Value);

    /// <inheritdoc/>
    public LossParts ComputeLoss(StepInput input)
    {
        var (video, stepIndex) = (input.Video, input.Step);
        using var random = new StepGenerators(_config.Training.Seed, stepIndex, _device);
        var targets = Targets(input);
        var masks = DrawMasks((int)video.size(0), random.Mask);
        var patches = Embed(video);

        var losses = new WeightedLosses();
        for (var i = 0; i < masks.Count; i++)
        {
            var completed = Stage2Objective.Complete(Student, patches, masks[i], random.DropPath, _trace);
            using var part = _trace.Enter(StepPart.Decoder);
            losses.Add($"latent_{i}", Stage2Objective.Loss(Student.LatentDecoder!.call(completed), targets, masks[i]), weight: 1);
            if (_config.PixelWeight > 0) PixelTerm.AddTo(
                losses, $"pixel_{i}", _config.PixelWeight, Student, completed, video, masks[i], random.Noise, measuresListening: false);
        }
        return losses.Sum();
    }

    /// <inheritdoc/>
    public void AfterUpdate() => _videoTeacher?.Follow();

    /// <inheritdoc/>
    public void StateRestored() => _videoTeacher?.Publish();

    /// <inheritdoc/>
    public void Dispose()
    {
        Student.Dispose();
        _videoTeacher?.Dispose();
        (_imageTeacher as IDisposable)?.Dispose();
    }

    private Tensor Targets(StepInput input)
    {
        using var part = _trace.Enter(StepPart.Teacher);
        return _outputs is null ? Compute() : _outputs.Targets(input, Compute);

        Tensor Compute() =>
            _videoTeacher is not null ? Stage2Objective.Targets(_videoTeacher.Encoder, input.Video) : ImageTargets(input.Video);
    }

    private IReadOnlyList<TokenMask> DrawMasks(int batch, TensorRandom random)
    {
        using var part = _trace.Enter(StepPart.Masks);
        return _masking.Draw(batch, saliency: null, random);
    }

    private Tensor Embed(Tensor video)
    {
        using var part = _trace.Enter(StepPart.Encoder);
        return Student.Encoder.Embed(video);
    }

    private Tensor ImageTargets(Tensor video)
    {
        using var noGrad = no_grad();
        return _imageTeacher!.Observe(video, alignedLayers: 1).Middle[0];                               // [B, N, D]
    }
}
