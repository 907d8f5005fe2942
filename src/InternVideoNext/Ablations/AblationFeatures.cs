using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Ablations;

// Shapes: B clips, T frames, N tokens, C width.

/// <summary>What a row's probes read: the function from clips to features, and what it holds.</summary>
internal sealed class AblationFeatures : IDisposable
{
    private const int Fields = 8;

    private readonly IDisposable? _held;

    private AblationFeatures(Func<Tensor, FeatureKind, Tensor> of, bool hasTokens, IDisposable? held) => (Of, HasTokens, _held) = (of, hasTokens, held);

    /// <summary>From [B, 3, T, H, W] to [B, C] or [B, N, C], float32 on the CPU, outside every scope.</summary>
    public Func<Tensor, FeatureKind, Tensor> Of { get; }

    /// <summary>Whether there are tokens for an attentive probe.</summary>
    public bool HasTokens { get; }

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
                return new((video, _) => Pixels(video), hasTokens: false, held: null);
            case AblationKind.ImageTeacher:
                var teacher = StageFactory.CreateTeacher(stage1)!;
                return new((video, _) => Frames(teacher, video.to(stage1.Training.Precision.ScalarType(), device)), hasTokens: false, teacher);
            default:
                var encoder = run.Row.Kind == AblationKind.Trained ? ModelCheckpoint.OpenEncoder(folder, device) : Untrained(stage1, device);
                return new((video, kind) => FeatureExtraction.Encode(encoder, video, kind), hasTokens: true, encoder);
        }
    }

    public void Dispose() => _held?.Dispose();

    // The weights that Stage 1 of this seed starts from.
    private static VideoEncoder Untrained(Stage1Config config, Device device)
    {
        using var generator = StepGenerators.ForWeights(config.Training.Seed);
        var encoder = config.Model.Encoder.Build(generator);
        encoder.to(device);
        return encoder;
    }

    private static Tensor Pixels(Tensor video)
    {
        using var scope = NewDisposeScope();
        var (batch, frames) = (video.size(0), video.size(2));
        var fields = nn.functional.adaptive_avg_pool3d(video, [frames, Fields, Fields]);                // [B, 3, T, 8, 8]
        return fields.reshape(batch, -1).to(float32).cpu().DetachFromDisposeScope();
    }

    private static Tensor Frames(SiglipTeacher teacher, Tensor video)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return teacher.Observe(video, alignedLayers: 0).Final.to(float32).cpu().DetachFromDisposeScope();   // [B, D]
    }
}
