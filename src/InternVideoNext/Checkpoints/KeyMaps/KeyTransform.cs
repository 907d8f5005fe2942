namespace InternVideoNext.Checkpoints;

/// <summary>What may happen to a tensor between a foreign file and our module, beside the conversion of its element type.</summary>
public enum KeyTransform
{
    /// <summary>Nothing: the shapes agree exactly.</summary>
    None,

    /// <summary>It is a table of positions, resized to the module's clips if they have another frame count or grid.</summary>
    PositionTable,
}
