using InternVideoNext.Checkpoints;
using InternVideoNext.Models;

namespace InternVideoNext.Runs;

/// <summary>Recognises the released InternVideo-Next encoders by the shapes in their file (method, section 1).</summary>
internal static class ReleasedEncoder
{
    /// <exception cref="InvalidDataException">The file is not one of the released encoders.</exception>
    public static EncoderConfig ConfigOf(ITensorSource file)
    {
        if (CheckpointDetector.Detect(file.Entries.Keys) != CheckpointKind.ReleasedEncoder
            || !file.Entries.TryGetValue("model.pos_embed", out var table))
            throw new InvalidDataException(
                $"{file.Path}: {CheckpointDetector.Describe(CheckpointDetector.Detect(file.Entries.Keys))}; expected a checkpoint of "
                    + $"this package or released InternVideo-Next weights{ForeignPrefix.Advice(file.Entries.Keys)}");
        var config = table.Shape[^1] switch
        {
            768 => EncoderConfig.Base(frames: 16),
            1024 => EncoderConfig.Large(frames: 16),
            var width =>
                throw new InvalidDataException(
                $"{file.Path}: an encoder of width {width}; the released ones have 768 (Base) or 1024 (Large)"),
        };
        var tokens = (int)table.Shape[^2] - config.ClassTokens;
        return config with { Frames = tokens / config.Grid.TokensPerFrame };
    }
}
