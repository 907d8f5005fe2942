using System.Text.Json.Serialization;

namespace InternVideoNext.Data.Import;

/// <summary>
/// What is known of a data set: no media, and no list of its clips, which <c>./ivnext data import</c> takes from the authors' files.
/// </summary>
public sealed record DataSetManifest
{
    /// <summary>The JSON schema, for editors.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>As given to <c>--dataset</c>; the file's name.</summary>
    public required string Name { get; init; }

    /// <summary>As the paper calls it.</summary>
    public required string Title { get; init; }

    /// <summary>Its home on the web.</summary>
    public required string Homepage { get; init; }

    /// <summary>The paper that describes it.</summary>
    public required string Paper { get; init; }

    /// <summary>What its licence says, as far as we know.</summary>
    public required string Licence { get; init; }

    /// <summary>How to get the media and the annotations.</summary>
    public required string HowToGet { get; init; }

    /// <summary>Expected clips by split.</summary>
    public required IReadOnlyDictionary<string, ExpectedClips> Splits { get; init; }

    /// <summary>Class lists; none for unlabelled data.</summary>
    public required IReadOnlyList<LabelClasses> Labels { get; init; }

    /// <summary>How clips are taken.</summary>
    public required IReadOnlyList<SamplingProtocol> Sampling { get; init; }

    /// <summary>What the paper uses it for.</summary>
    public required string UsedFor { get; init; }

    /// <summary>The counts that are known, as a manifest holds them.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, int> Expected =>
        Splits.Where(s => s.Value.Clips is not null).ToDictionary(s => s.Key, s => s.Value.Clips!.Value);
}

/// <summary>Clips of a split as its authors published them.</summary>
/// <param name="Clips">How many; null where no figure could be verified.</param>
/// <param name="Source">Where the figure is from, or why there is none.</param>
public sealed record ExpectedClips(int? Clips, string Source);

/// <summary>How clips are taken from videos for one use.</summary>
/// <param name="Use">What for.</param>
/// <param name="Frames">Frames a clip.</param>
/// <param name="Stride">Frames from one to the next; null for sparse sampling, one frame from each of as many equal segments.</param>
/// <param name="Size">Side in pixels.</param>
/// <param name="Segments">Views in time at test; null in training.</param>
/// <param name="Crops">Views in space at test; null in training.</param>
public sealed record SamplingProtocol(string Use, int Frames, int? Stride, int Size, int? Segments, int? Crops);
