using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Models;

namespace InternVideoNext.Stages;

/// <summary>The paper's text-decoder initialisation: the predictor's layers start as those of a text model (method, section 2).</summary>
internal static class TextPredictor
{
    /// <summary>Loads the configured text weights, if there are any, into a freshly built student.</summary>
    /// <exception cref="CheckpointMismatchException">The file's layers do not fit the predictor's sizes; every one is listed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void LoadInto(EncoderPredictorDecoder student)
    {
        if (student.Config.Predictor is not ModernBertPredictorConfig { TextWeights: { } path } config) return;
        using var file = SafetensorsCheckpoint.Open(path);
        StrictLoader.Load(student.Predictor!, file, ModernBert.IntoPredictor(config.LayerIds));
    }
}
