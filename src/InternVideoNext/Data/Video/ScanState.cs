namespace InternVideoNext.Data;

/// <summary>How scanning found a file.</summary>
public enum ScanState
{
    /// <summary>It is there and decodes from end to end.</summary>
    Found,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>It is there but cannot be decoded, or loses frames to damage.</summary>
    Broken,
}
