namespace InternVideoNext.Modules;

/// <summary>The tokens of a clip: frames x rows x columns, ordered (t, h, w) with w fastest.</summary>
/// <param name="Frames">T, token frames.</param>
/// <param name="Height">Rows of tokens in a frame.</param>
/// <param name="Width">Columns of tokens in a frame.</param>
public readonly record struct TokenGrid(int Frames, int Height, int Width)
{
    /// <summary>L, tokens per frame.</summary>
    public int TokensPerFrame => Height * Width;

    /// <summary>N, tokens per clip.</summary>
    public int Tokens => Frames * TokensPerFrame;
}

/// <summary>An axis of a <see cref="TokenGrid"/>.</summary>
public enum TokenAxis
{
    /// <summary>Time.</summary>
    Frame,

    /// <summary>From top to bottom.</summary>
    Row,

    /// <summary>From left to right.</summary>
    Column,
}
