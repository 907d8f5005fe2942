using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Runs;

/// <summary>
/// A model's weights as one safetensors file under the reference's names, its run's whole configuration in the metadata.
/// A path may name the file, the index of its shards, the folder of either, a checkpoint folder, or a run's folder (its newest checkpoint).
/// </summary>
public static class ModelCheckpoint
{
    /// <summary>The weights' file in a checkpoint's folder.</summary>
    internal const string FileName = "model.safetensors";

    private const string ConfigKey = "config";

    /// <summary>Writes a model.</summary>
    public static void Save(string path, EncoderPredictorDecoder model, RunConfig config) =>
        CheckpointExporter.Export(
            path, model, ReferenceCheckpoint.Stage1, metadata: new Dictionary<string, string> { [ConfigKey] = ConfigJson.Write(config) });

    /// <summary>The run configuration stored with a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The file carries none: it is not a checkpoint of this package.</exception>
    public static RunConfig ReadConfig(string path)
    {
        using var file = SafetensorsCheckpoint.Open(Resolve(path));
        return ConfigOf(file)
            ?? throw new InvalidDataException($"{file.Path}: no configuration in it; only checkpoints of this package carry one");
    }

    /// <summary>Builds a whole model from a checkpoint of this package.</summary>
    /// <param name="path">File, checkpoint folder or run folder.</param>
    /// <param name="device">Where to put it.</param>
    public static EncoderPredictorDecoder Open(string path, Device device)
    {
        using var generator = StepGenerators.ForWeights(0);
        var model = ReadConfig(path).Model.Build(generator);
        LoadInto(model, path);
        model.to(device);
        return model;
    }

    /// <summary>Builds the encoder alone, from a checkpoint of this package or from the released weights.</summary>
    /// <param name="path">File, checkpoint folder or run folder.</param>
    /// <param name="device">Where to put it.</param>
    /// <param name="frames">T of the clips it is to read, its position table resized; null: those it was trained on.</param>
    /// <param name="imageSize">Side of the clips in pixels, likewise; null: that it was trained on.</param>
    /// <exception cref="InvalidDataException">The file holds no encoder that is known here.</exception>
    /// <exception cref="ConfigurationException">The size is no multiple of the patch side.</exception>
    public static VideoEncoder OpenEncoder(string path, Device device, int? frames = null, int? imageSize = null)
    {
        using var file = SafetensorsCheckpoint.Open(Resolve(path));
        var (config, map) = ConfigOf(file) is { } run
            ? (run.Model.Encoder, ReferenceCheckpoint.IntoEncoder)
            : (ReleasedEncoder.ConfigOf(file), ReleasedWeights.Map);
        using var generator = StepGenerators.ForWeights(0);
        var wanted = config with { Frames = frames ?? config.Frames, ImageSize = imageSize ?? config.ImageSize };
        var encoder = wanted.Build(generator);
        StrictLoader.Load(
            encoder, file, map, PositionTableResizing.To(wanted.Grid, wanted.ClassTokens, wanted.Grid == config.Grid ? null : config.Grid));
        FiniteWeights.Require(encoder, file.Path);
        encoder.to(device);
        return encoder;
    }

    /// <summary>Loads a checkpoint of the same model, strictly.</summary>
    /// <exception cref="CheckpointMismatchException">Names or shapes do not fit; every one is listed.</exception>
    public static LoadReport LoadInto(EncoderPredictorDecoder model, string path)
    {
        using var file = SafetensorsCheckpoint.Open(Resolve(path));
        return StrictLoader.Load(model, file, ReferenceCheckpoint.Stage1);
    }

    /// <summary>
    /// Starts a Stage 1 student from a checkpoint of either stage or from released weights: position tables are resized for its clips, and
    /// what the file lacks stays as it is.
    /// </summary>
    /// <param name="student">The Stage 1 model.</param>
    /// <param name="path">File, folder of shards, checkpoint folder or run folder.</param>
    /// <exception cref="CheckpointMismatchException">Names or shapes do not fit; every one is listed.</exception>
    /// <exception cref="InvalidDataException">Weights in the file are not finite.</exception>
    public static LoadReport StartStage1(EncoderPredictorDecoder student, string path)
    {
        using var file = SafetensorsCheckpoint.Open(Resolve(path));
        return Start(student, file, IsReleased(file) ? ReleasedWeights.IntoModel : ReferenceCheckpoint.IntoStage1);
    }

    /// <summary>
    /// Starts a Stage 2 student from a Stage 1 checkpoint: position tables are resized for its clips, the latent decoder stays as it is.
    /// Of released weights and of an encoder alone there is no predictor to keep.
    /// </summary>
    /// <param name="student">The Stage 2 model.</param>
    /// <param name="path">A Stage 1 checkpoint or released weights: file, folder of shards, checkpoint folder or run folder.</param>
    /// <param name="keepPredictor">Whether the predictor starts from Stage 1's too.</param>
    /// <exception cref="CheckpointMismatchException">Names or shapes do not fit; every one is listed.</exception>
    public static LoadReport LoadStage1Into(EncoderPredictorDecoder student, string path, bool keepPredictor)
    {
        using var file = SafetensorsCheckpoint.Open(Resolve(path));
        if (IsReleased(file)) return Start(student, file, ReleasedWeights.IntoModel);
        keepPredictor &= CheckpointDetector.Detect(file.Entries.Keys) != CheckpointKind.Encoder;
        var map = !keepPredictor ? ReferenceCheckpoint.Stage1IntoFreshPredictor
            : student.PixelDecoder is null ? ReferenceCheckpoint.Stage1IntoStage2 : ReferenceCheckpoint.Stage1IntoStage2WithPixels;
        return Start(student, file, map);
    }

    /// <summary>The weights' file that a path stands for.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static string Resolve(string path)
    {
        if (File.Exists(path)) return path;
        var inside = Path.Combine(path, FileName);
        if (File.Exists(inside)) return inside;
        if (new RunFolder(path).CheckpointFolders() is [var newest, ..]) return Path.Combine(newest, FileName);
        if (Directory.Exists(path) && SafetensorsCheckpoint.Choose(path) is { } file) return file;
        throw new FileNotFoundException(
            $"{path}: neither a .safetensors file or the folder of one or of its shards, nor a checkpoint folder, nor a run's folder with "
            + "checkpoints in it");
    }

    private static bool IsReleased(SafetensorsCheckpoint file) =>
        CheckpointDetector.Detect(file.Entries.Keys) == CheckpointKind.ReleasedEncoder;

    private static LoadReport Start(EncoderPredictorDecoder student, SafetensorsCheckpoint file, KeyMap map)
    {
        var encoder = student.Config.Encoder;
        var stored = ConfigOf(file)?.Model.Encoder.Grid;
        var report = StrictLoader.Load(student, file, map, PositionTableResizing.To(encoder.Grid, encoder.ClassTokens, stored));
        FiniteWeights.Require(student, file.Path);
        return report;
    }

    private static RunConfig? ConfigOf(SafetensorsCheckpoint file) =>
        file.Metadata.TryGetValue(ConfigKey, out var json) ? ConfigJson.Read(json, file.Path) : null;
}
