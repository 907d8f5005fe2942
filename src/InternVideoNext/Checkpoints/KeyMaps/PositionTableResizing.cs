using InternVideoNext.Modules;

namespace InternVideoNext.Checkpoints;

/// <summary>Fits stored position tables to a model's clips (method, section 1).</summary>
internal static class PositionTableResizing
{
    /// <summary>Resizes from a known or assumed grid to the model's.</summary>
    /// <param name="target">The model's grid.</param>
    /// <param name="classTokens">Class rows in front of the table.</param>
    /// <param name="source">The stored grid; null: the same rows and columns, with as many frames as the table has room for.</param>
    public static PositionTableResize To(TokenGrid target, int classTokens, TokenGrid? source = null) => (key, table, _) =>
    {
        var stored = table.size(-2) - classTokens;
        var from = source ?? target with { Frames = (int)(stored / target.TokensPerFrame) };
        if (from.Tokens != stored)
            throw new InvalidDataException(
                $"{key}: the table has {stored} positions, which do not fill frames of {target.Height}x{target.Width} tokens");
        if (from == target) return table;
        // SigLIP stores [N, C], the video models [1, classes + N, C].
        return table.dim() == 3 ? PositionTable.Resize(table, from, target, classTokens)
            : PositionTable.Resize(table.unsqueeze(0), from, target, classTokens)[0];
    };
}
