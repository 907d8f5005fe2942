using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Ablations;

// Shapes: B clips, T frames, N tokens, Nm hidden ones, C encoder width, Cp predictor width.

/// <summary>What a row's probes read: functions from clips to features, and what they hold.</summary>
internal sealed class AblationFeatures : IDisposable
{
    private const int Fields = 8;
    private const double HiddenShare = 0.75;
    private const ulong MaskStream = 0xBE41;

    private readonly Func<Tensor, FeatureKind, Tensor> _encode;
    private readonly IDisposable? _held;
    private readonly EncoderPredictorDecoder? _model;
    private readonly TubeMaskingConfig _hiding = new() { Ratio = HiddenShare };

    private AblationFeatures(Func<Tensor, FeatureKind, Tensor> encode, bool hasTokens, IDisposable? held) =>
        (_encode, HasTokens, _held) = (encode, hasTokens, held);

    private AblationFeatures(EncoderPredictorDecoder model)
        : this((video, kind) => FeatureExtraction.Encode(model.Encoder, video, kind), hasTokens: true, model)
    {
        if (model.Predictor is not null) _model = model;
    }

    /// <summary>Whether there are tokens for an attentive probe.</summary>
    public bool HasTokens { get; }

    /// <summary>Whether there is a predictor.</summary>
    public bool Predicts => _model is not null;

    /// <summary>Whether the row can be read so.</summary>
    public bool Has(AblationReadout readout) =>
        (readout.Space == FeatureSpace.Encoder || Predicts) && (HasTokens || readout.Protocol.Reads != FeatureKind.Tokens);

    /// <summary>Opens a row's features.</summary>
    /// <param name="run">The run.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="folder">Where its checkpoint is, if it has one.</param>
    public static AblationFeatures Open(AblationRun run, AblationSettings settings, string folder)
    {
        var stage1 = settings.Stage1(run.Seed);
        var device = TrainingDevice.Open(stage1.Training);
        switch (run.Row.Kind)
        {
            case AblationKind.RawPixels:
                return new(Pixels, hasTokens: false, held: null);
            case AblationKind.ImageTeacher:
                var teacher = StageFactory.CreateTeacher(stage1)!;
                return new(
                    (video, kind) => Frames(teacher, video.to(stage1.Training.Precision.ScalarType(), device), kind), hasTokens: false,
                    teacher);
            default:
                return new(run.Row.Kind == AblationKind.Trained ? ModelCheckpoint.Open(folder, device) : Untrained(stage1, device));
        }
    }

    /// <summary>The features of any model; it is disposed with them.</summary>
    public static AblationFeatures Of(EncoderPredictorDecoder model) => new(model);

    /// <summary>The encoder's features of whole clips.</summary>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <param name="kind">What is kept of the tokens.</param>
    /// <returns>[B, C], [B, T C] or [B, N, C], float32 on the CPU, outside every scope.</returns>
    public Tensor Encode(Tensor video, FeatureKind kind) => _encode(video, kind);

    /// <summary>
    /// The predictor's output at hidden tokens. Three quarters of the places are hidden through all frames: four of 16 stay visible,
    /// drawn for each batch's clips from its first clip's number, so that all rows hide the same.
    /// </summary>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <param name="firstClip">The number of the batch's first clip.</param>
    /// <returns>Hidden places [B, Nm] int64 and outputs [B, Nm, Cp] float32, on the CPU, outside every scope.</returns>
    public (Tensor Hidden, Tensor Outputs) Predict(Tensor video, int firstClip)
    {
        var model = _model ?? throw new InvalidOperationException("this row has no predictor");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var generator = new Generator(SeedSequence.Derive(MaskStream, (ulong)firstClip), CPU);
        var parameter = model.Encoder.parameters().First();
        var mask = _hiding.Build(model.Config.Encoder.Grid).Draw((int)video.size(0), saliency: null, generator)[0];
        var here = mask.To(parameter.device);
        var encoded = model.Encoder.Encode(
            model.Encoder.Embed(video.to(parameter.dtype, parameter.device)), here.Visible, dropPath: null).Tokens;
        var outputs = model.PredictMasked(encoded, here).to(float32).cpu();
        return (mask.Masked.DetachFromDisposeScope(), outputs.DetachFromDisposeScope());
    }

    public void Dispose() => _held?.Dispose();

    // The weights that Stage 1 of this seed starts from.
    private static EncoderPredictorDecoder Untrained(Stage1Config config, Device device)
    {
        using var generator = StepGenerators.ForWeights(config.Training.Seed);
        var model = config.Model.Build(generator);
        model.to(device);
        model.eval();
        return model;
    }

    // What stands for a frame's token: its pixels averaged over 8 x 8 fields.
    private static Tensor Pixels(Tensor video, FeatureKind kind)
    {
        using var scope = NewDisposeScope();
        var frames = video.size(2);
        var fields = nn.functional.adaptive_avg_pool3d(video, [frames, Fields, Fields]);                // [B, 3, T, 8, 8]
        var tokens = fields.transpose(1, 2).flatten(2).to(float32).cpu();                               // [B, T, 192]
        return FeatureExtraction.Keep(tokens, (int)frames, kind).DetachFromDisposeScope();
    }

    // What stands for a frame's token: the teacher's pooled vector of it.
    private static Tensor Frames(IImageTeacher teacher, Tensor video, FeatureKind kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var frames = video.unbind(2).Select(frame => teacher.Observe(frame.unsqueeze(2), alignedLayers: 0).Final);
        // from [B, T, D]
        return FeatureExtraction.Keep(stack(frames, 1).to(float32).cpu(), (int)video.size(2), kind).DetachFromDisposeScope();
    }
}
