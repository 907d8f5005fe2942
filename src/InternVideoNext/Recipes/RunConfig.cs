using System.Text.Json.Serialization;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;

namespace InternVideoNext.Recipes;

/// <summary>Everything that fixes a training run, saved beside every checkpoint and result.</summary>
[KindNamedBy("stage")]
public abstract record RunConfig
{
    /// <summary>The preset it was made from, for people; the values below are what counts.</summary>
    [JsonPropertyOrder(-5)]
    public string Preset { get; init; } = "";

    /// <summary>The student.</summary>
    [JsonPropertyOrder(-4)]
    public required ModelConfig Model { get; init; }

    /// <summary>Which tokens the student does not see.</summary>
    [JsonPropertyOrder(-3)]
    public required MaskingConfig Masking { get; init; }

    /// <summary>Clips: frames, size, augmentation, decoding.</summary>
    [JsonPropertyOrder(-2)]
    public required DataConfig Data { get; init; }

    /// <summary>Steps, batch, optimiser, seed, device.</summary>
    [JsonPropertyOrder(-1)]
    public required TrainingConfig Training { get; init; }

    /// <summary>Checks every section, and what holds across them.</summary>
    /// <exception cref="ConfigurationException">Names every offending field.</exception>
    public virtual void Validate()
    {
        var check = new ConfigCheck("configuration");
        if (check.Include(Model.Validate)) check.Include(() => Masking.Build(Model.Encoder.Grid));
        check.Include(Data.Validate);
        check.Include(Training.Validate);
        check.Include(() => Training.Recompute.Validate(Model));
        check.That((double)Training.BatchSize * 3 * Data.Frames * Data.Size * Data.Size <= Array.MaxLength,
                $"training.batch_size is {Training.BatchSize}, but so many clips of {Data.Frames} frames at {Data.Size} px do not fit into "
                + "one array; take training.accumulation for larger steps")
            .That(Data.Frames == Model.Encoder.Frames, $"data.frames is {Data.Frames}, but model.encoder.frames is {Model.Encoder.Frames}")
            .That(Data.Size == Model.Encoder.ImageSize,
                $"data.size is {Data.Size}, but model.encoder.image_size is {Model.Encoder.ImageSize}")
            .ThrowIfAny();
    }
}
