namespace InternVideoNext.Interactive;

/// <summary>How masked patches are drawn.</summary>
public enum MaskStyle
{
    /// <summary>Darkened and hatched: the content can still be made out.</summary>
    Dim,

    /// <summary>Flat grey: what the encoder does not get.</summary>
    Hide,
}
