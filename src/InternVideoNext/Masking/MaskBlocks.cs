namespace InternVideoNext.Masking;

/// <summary>The blocks of one mask of multi-block masking.</summary>
/// <param name="Count">Blocks per clip, at least 1.</param>
/// <param name="Scale">Area of a block as a share of the frame, in (0, 1].</param>
public sealed record MaskBlocks(int Count, double Scale);
