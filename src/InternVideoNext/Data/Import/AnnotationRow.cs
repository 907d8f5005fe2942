namespace InternVideoNext.Data.Import;

/// <summary>One clip as an annotation file lists it.</summary>
/// <param name="Place">Where in the file, for errors: a line or an entry.</param>
/// <param name="Id">The clip's id; empty where the path is one.</param>
internal sealed record AnnotationRow(string Place, string Id)
{
    /// <summary>The clip's path, where the file tells it.</summary>
    public string? Path { get; init; }

    /// <summary>Where clips of this kind lie unless the user says otherwise.</summary>
    public string DefaultTemplate { get; init; } = "{id}.mp4";

    /// <summary>Start in seconds, as file names have it.</summary>
    public string Start { get; init; } = "";

    /// <summary>End in seconds, as file names have it.</summary>
    public string End { get; init; } = "";

    /// <summary>The class by name.</summary>
    public string? Class { get; init; }

    /// <summary>The class by number; -1 for none. Beside a name it only orders the classes.</summary>
    public int? ClassIndex { get; init; }

    /// <summary>The part of the video that is the clip; null for all of it.</summary>
    public ClipSegment? Segment { get; init; }

    /// <summary>The split, where the file tells it.</summary>
    public string? Split { get; init; }
}
