using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;

namespace InternVideoNext.Recipes;

/// <summary>
/// Named run configurations for both stages: <c>tiny</c>, <c>mini</c>, <c>small</c> for the embedded synthetic world,
/// <c>base</c>, <c>large</c>, <c>1b</c> as the paper's. Variants are made from them by <c>with</c> or <c>--set</c>.
/// </summary>
public static class Presets
{
    /// <summary>Every preset's name, smallest first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. PresetSizes.All.Keys];

    /// <summary>The Stage 1 run of a preset.</summary>
    /// <exception cref="ConfigurationException">There is no such preset.</exception>
    public static Stage1Config Stage1(string preset)
    {
        var size = Find(preset);
        return new Stage1Config
        {
            Preset = preset,
            Model = new ModelConfig
            {
                Encoder = Encoder(size, size.Stage1Frames),
                Predictor = size.Predictor,
                Decoder = size.PixelDecoder,
                Alignment = new AlignmentConfig { Layers = size.AlignedLayers, TeacherWidth = size.TeacherWidth },
            },
            Teacher = size.Teacher,
            Masking = new SemanticMaskingConfig(),
            Data = Data(size, size.Stage1Frames),
            Training = size.Stage1,
        };
    }

    /// <summary>The Stage 2 run of a preset; <see cref="Stage2Config.Start"/> is still to be set.</summary>
    /// <exception cref="ConfigurationException">There is no such preset.</exception>
    public static Stage2Config Stage2(string preset)
    {
        var size = Find(preset);
        return new Stage2Config
        {
            Preset = preset,
            Model = new ModelConfig
            {
                Encoder = Encoder(size, size.Stage2Frames),
                Predictor = size.Predictor,
                Decoder = new LatentDecoderConfig(),
            },
            ImageTeacher = size.Teacher,
            Masking = size.Stage2Masking,
            Data = Data(size, size.Stage2Frames),
            Training = size.Stage2,
        };
    }

    private static EncoderConfig Encoder(PresetSize size, int frames) => size.Encoder with { Frames = frames };

    private static DataConfig Data(PresetSize size, int frames) => new() { Frames = frames, Size = size.Encoder.ImageSize };

    private static PresetSize Find(string preset) => PresetSizes.All.TryGetValue(preset, out var size)
        ? size : throw new ConfigurationException($"there is no preset '{preset}'; there are {string.Join(", ", Names)}");
}
