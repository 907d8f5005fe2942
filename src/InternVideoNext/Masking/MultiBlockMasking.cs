using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Masking;

/// <summary>
/// Multi-block masking (Stage 2): several rectangles per clip, through all frames; one mask per entry of
/// <see cref="Blocks"/>. The defaults are the released code's, but for <see cref="Trim"/>.
/// </summary>
[Kind("multi_block")]
public sealed record MultiBlockMaskingConfig : MaskingConfig
{
    /// <summary>The masks of a step, each given by its blocks.</summary>
    public IReadOnlyList<MaskBlocks> Blocks { get; init; } = [new(8, 0.15), new(2, 0.7)];

    /// <summary>Smallest ratio of a block's height to its width.</summary>
    public double AspectMin { get; init; } = 0.75;

    /// <summary>Largest ratio of a block's height to its width.</summary>
    public double AspectMax { get; init; } = 1.5;

    /// <summary>Most visible tokens per clip. Null: floor(400 * T / 8), T the token frames.</summary>
    public int? MaxKeep { get; init; }

    /// <summary>Which visible tokens go when a clip has more than its batch keeps.</summary>
    public VisibleTrim Trim { get; init; } = VisibleTrim.Random;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int MasksPerStep => Blocks.Count;

    /// <inheritdoc/>
    public override MultiBlockMasking Build(TokenGrid grid) => new(this, grid);
}

/// <summary>
/// Draws block masks on the host, and copies the tables to the random source's device without waiting for it. Every clip of a batch keeps
/// as many visible tokens as the clip with the fewest, never 0: see <see cref="BlockSampler"/> for how that is kept.
/// </summary>
public sealed class MultiBlockMasking : IMaskingPolicy
{
    private readonly MultiBlockMaskingConfig _config;
    private readonly TokenGrid _grid;
    private readonly BlockSampler _sampler;
    private readonly int _maxKeep;

    internal MultiBlockMasking(MultiBlockMaskingConfig config, TokenGrid grid)
    {
        Check(config, grid);
        _config = config;
        _grid = grid;
        _sampler = new BlockSampler(grid.Height, grid.Width, config.AspectMin, config.AspectMax);
        _maxKeep = config.MaxKeep ?? 400 * grid.Frames / 8;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TokenMask> Draw(int batch, Tensor? saliency, TensorRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        var seed = random.NextSeed();
        return
        [
            .. _config.Blocks.Select((blocks, index) =>
                DrawMask(batch, blocks, new DeterministicRandom(SeedSequence.Derive(seed, (ulong)index)), random.Device)),
        ];
    }

    private TokenMask DrawMask(int batch, MaskBlocks blocks, DeterministicRandom random, Device device)
    {
        var size = _sampler.DrawSize(blocks.Scale, random);
        var clips = new int[batch][];
        for (var i = 0; i < batch; i++) clips[i] = VisibleTokens(_sampler.DrawVisible(size, blocks.Count, random));

        var keep = Math.Min(_maxKeep, clips.Min(visible => visible.Length));
        var visibleRows = new long[batch, keep];
        var maskedRows = new long[batch, _grid.Tokens - keep];
        for (var i = 0; i < batch; i++) WriteRow(Trim(clips[i], keep, random), i, visibleRows, maskedRows);
        return TokenMask.FromIndices(Upload(visibleRows, device), Upload(maskedRows, device));
    }

    private static Tensor Upload(long[,] rows, Device device)
    {
        using var scope = NewDisposeScope();
        return PinnedCopy.To(tensor(rows, device: CPU), device).MoveToOuterDisposeScope();
    }

    // Positions of a frame to tokens of the clip, ascending.
    private int[] VisibleTokens(int[] positions)
    {
        var tokens = new int[_grid.Frames * positions.Length];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = (i / positions.Length * _grid.TokensPerFrame) + positions[i % positions.Length];
        return tokens;
    }

    private Span<int> Trim(int[] visible, int keep, DeterministicRandom random)
    {
        var kept = visible.AsSpan(0, keep);
        if (_config.Trim == VisibleTrim.Released || keep == visible.Length) return kept;
        random.Shuffle(visible.AsSpan());
        kept.Sort();
        return kept;
    }

    private void WriteRow(Span<int> visible, int row, long[,] visibleRows, long[,] maskedRows)
    {
        var next = 0;
        for (var token = 0; token < _grid.Tokens; token++)
        {
            if (next < visible.Length && visible[next] == token) visibleRows[row, next++] = token;
            else maskedRows[row, token - next] = token;
        }
    }

    private static void Check(MultiBlockMaskingConfig config, TokenGrid grid)
    {
        var check = new ConfigCheck("masking").That(config.Blocks.Count > 0, "blocks is empty; give at least one entry");
        for (var i = 0; i < config.Blocks.Count; i++)
        {
            var blocks = config.Blocks[i];
            check.That(blocks is not null, $"blocks[{i}] is null");
            if (blocks is null) continue;
            check.InRange($"blocks[{i}].count", blocks.Count, 1, ConfigLimits.Blocks)
                .Require(blocks.Scale is > 0.0 and <= 1.0, $"blocks[{i}].scale", blocks.Scale, "must lie in (0, 1]");
        }
        check.InRange("aspect_min", config.AspectMin, 1.0 / ConfigLimits.Aspect, ConfigLimits.Aspect)
            .InRange("aspect_max", config.AspectMax, config.AspectMin, ConfigLimits.Aspect)
            .Require(config.MaxKeep is null or >= 1, "max_keep", config.MaxKeep, "must be at least 1, or null")
            .That(grid.TokensPerFrame >= 2, $"a frame of {grid} has no two positions; nothing could be masked and nothing visible")
            .ThrowIfAny();
    }
}

/// <summary>The blocks of one mask of multi-block masking.</summary>
/// <param name="Count">Blocks per clip, at least 1.</param>
/// <param name="Scale">Area of a block as a share of the frame, in (0, 1].</param>
public sealed record MaskBlocks(int Count, double Scale);

/// <summary>Which visible tokens a clip gives up so that all clips of a batch keep equally many.</summary>
public enum VisibleTrim
{
    /// <summary>A uniform random choice: every frame keeps its share.</summary>
    Random,

    /// <summary>The last in (t, h, w) order, as the released code does: late frames lose their tokens first.</summary>
    Released,
}
