namespace InternVideoNext.Data.Import;

/// <summary>Annotation files that manifests are made from.</summary>
public enum AnnotationFormat
{
    /// <summary>One <c>path label</c> a line, as in the authors' lists.</summary>
    PathLabel,

    /// <summary>The Kinetics tables: label, youtube_id, time_start, time_end, split.</summary>
    KineticsCsv,

    /// <summary>The Something-Something lists of clips with templates.</summary>
    Ssv2Json,

    /// <summary>COIN's database.</summary>
    CoinJson,
}
