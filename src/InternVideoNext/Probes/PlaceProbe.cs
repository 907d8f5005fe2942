using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: n clips, T frames, N tokens of a clip, Nm hidden ones (as many of each frame), Cp predictor width, D actor coordinates (x, y).

/// <summary>What a place probe found on test clips. A frame counts where the thing's centre lies in a hidden cell.</summary>
public sealed record PlaceResult
{
    /// <summary>Share of frames whose right cell has the highest score of the frame's hidden cells.</summary>
    public required double Top1 { get; init; }

    /// <summary>The same over frames in which no visible cell shows any of it: known from other frames alone.</summary>
    /// <remarks>Null where no frame is so.</remarks>
    public double? UnseenTop1 { get; init; }

    /// <summary>
    /// Top-1 of a probe that reads, instead of a token's own output, the mean of training clips of the same classes at the same place.
    /// </summary>
    public required double BlindTop1 { get; init; }

    /// <summary>1 / hidden cells of a frame.</summary>
    public required double Chance { get; init; }

    /// <summary>Mean distance between the chosen and the right cell's centre, in cells, on the torus.</summary>
    public required double MeanDistance { get; init; }

    /// <summary>Frames of the test clips that count.</summary>
    public required int Frames { get; init; }

    /// <summary>Of them, those in which nothing of it is visible.</summary>
    public required int UnseenFrames { get; init; }
}

/// <summary>
/// Where is the thing, in frames that the model did not see? One linear map, the same for every cell, scores each hidden token's
/// predicted output by whether the thing's centre lies there (logistic regression to its optimum); the highest score of a frame wins.
/// </summary>
public sealed class PlaceProbe : IDisposable
{
    private const double L2 = 1e-4;

    private readonly TokenGrid _grid;
    private readonly Tensor _weight;
    private readonly Tensor _bias;

    private PlaceProbe(TokenGrid grid, Tensor weight, Tensor bias) => (_grid, _weight, _bias) = (grid, weight, bias);

    /// <summary>Trains the probe.</summary>
    /// <param name="tokens">Training clips.</param>
    /// <param name="grid">The tokens' grid.</param>
    public static PlaceProbe Fit(HiddenTokens tokens, TokenGrid grid)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var x = tokens.Outputs.flatten(0, 1).to(float64);                                           // [n Nm, Cp]
        var mean = x.mean([0]);
        var scale = 1 / (x - mean).square().mean([0]).sqrt().clamp_min(1e-6);
        var labels = tokens.Hidden.eq(RightCells(tokens, grid)).flatten().to(int64);
        using var solution = LogisticRegression.Solve((x - mean) * scale, labels, classes: 2, [L2]);
        var weight = (solution.Weights[0].select(1, 1) - solution.Weights[0].select(1, 0)) * scale; // [Cp]
        var bias = solution.Bias[0][1] - solution.Bias[0][0] - mean.dot(weight);
        return new PlaceProbe(grid, weight.to(float32).DetachFromDisposeScope(), bias.to(float32).DetachFromDisposeScope());
    }

    /// <summary>Trains on some clips and measures on others.</summary>
    /// <param name="train">Training clips.</param>
    /// <param name="test">Test clips.</param>
    /// <param name="grid">The tokens' grid.</param>
    public static PlaceResult Measure(HiddenTokens train, HiddenTokens test, TokenGrid grid)
    {
        using var probe = Fit(train, grid);
        return probe.Measure(train, test);
    }

    /// <summary>Measures a probe that is fitted already.</summary>
    /// <param name="train">The clips it was fitted on, for the blind baseline.</param>
    /// <param name="test">Other clips.</param>
    public PlaceResult Measure(HiddenTokens train, HiddenTokens test)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var grid = _grid;
        var right = RightCells(test, grid);                                                         // [n, Nm]
        var frames = grid.Frames;
        var counts = test.Hidden.eq(right).unflatten(1, frames, -1).any(2, false);                  // [n, T]
        var chosen = Choose(test);                                                            // [n, T]
        var truth = right.unflatten(1, frames, -1).select(2, 0);                                    // [n, T]
        var hits = chosen.eq(truth);
        var unseen = Unseen(test, grid).logical_and(counts);
        using var blindTrain = Blind(train, train, grid);
        using var blindTest = Blind(train, test, grid);
        using var blind = Fit(blindTrain, grid);
        return new PlaceResult
        {
            Top1 = Share(hits, counts),
            UnseenTop1 = unseen.any().item<bool>() ? Share(hits, unseen) : null,
            BlindTop1 = Share(blind.Choose(blindTest).eq(truth), counts),
            Chance = (double)frames / test.Hidden.size(1),
            MeanDistance = Share(Distance(chosen, truth, grid), counts),
            Frames = (int)counts.sum().item<long>(),
            UnseenFrames = (int)unseen.sum().item<long>(),
        };
    }

    /// <summary>Each hidden token's score: the log-odds that the thing's centre lies there.</summary>
    /// <param name="outputs">[n, Nm, Cp].</param>
    /// <returns>[n, Nm].</returns>
    public Tensor Scores(Tensor outputs) => outputs.matmul(_weight).add(_bias);

    /// <summary>The token with the highest score in each frame.</summary>
    /// <param name="tokens">Any clips.</param>
    /// <returns>[n, T] int64, token indices.</returns>
    public Tensor Choose(HiddenTokens tokens)
    {
        using var scope = NewDisposeScope();
        var best = Scores(tokens.Outputs).unflatten(1, _grid.Frames, -1).argmax(2, true);           // [n, T, 1]
        return tokens.Hidden.unflatten(1, _grid.Frames, -1).gather(2, best).squeeze(2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }

    // For each hidden token the token of its frame in which the centre lies, [n, Nm].
    private static Tensor RightCells(HiddenTokens tokens, TokenGrid grid)
    {
        var column = (tokens.Places.select(2, 0) * grid.Width).floor().to(int64).clamp(0, grid.Width - 1);      // [n, T]
        var row = (tokens.Places.select(2, 1) * grid.Height).floor().to(int64).clamp(0, grid.Height - 1);
        var frame = arange(grid.Frames, dtype: int64);
        var cell = (frame * grid.TokensPerFrame) + (row * grid.Width) + column;                     // [n, T]
        return cell.repeat_interleave(tokens.Hidden.size(1) / grid.Frames, 1);
    }

    // Frames of which no visible cell shows any of the thing, [n, T] bool.
    private static Tensor Unseen(HiddenTokens tokens, TokenGrid grid)
    {
        var shown = tokens.Covered.scatter(1, tokens.Hidden, zeros_like(tokens.Hidden, dtype: @bool));          // [n, N]
        return shown.unflatten(1, grid.Frames, -1).any(2, false).logical_not();
    }

    private static Tensor Distance(Tensor chosen, Tensor truth, TokenGrid grid)
    {
        Tensor Apart(Tensor a, Tensor b, int side)
        {
            var d = (a - b).abs();
            return minimum(d, side - d).to(float32);
        }

        Tensor Row(Tensor token) => token.remainder(grid.TokensPerFrame).div(grid.Width, RoundingMode.floor);
        var (down, across) = (
            Apart(Row(chosen), Row(truth), grid.Height), Apart(chosen.remainder(grid.Width), truth.remainder(grid.Width), grid.Width));
        return (down.square() + across.square()).sqrt();
    }

    private static double Share(Tensor values, Tensor counts) =>
        (values.to(float64) * counts.to(float64)).sum().item<double>() / Math.Max(1, counts.sum().item<long>());

    // Each output replaced by the mean over the training clips of the same class at the same token; where there is none, by the mean at
    // that token.
    private static HiddenTokens Blind(HiddenTokens train, HiddenTokens of, TokenGrid grid)
    {
        using var scope = NewDisposeScope();
        var classes = Math.Max(train.Classes.max().item<long>(), of.Classes.max().item<long>()) + 1;
        var width = train.Outputs.size(2);
        var cells = classes * grid.Tokens;
        var (sums, counts) = Sums(train, (train.Classes.unsqueeze(1) * grid.Tokens + train.Hidden).flatten(), cells, width);
        var (placeSums, placeCounts) = Sums(train, train.Hidden.flatten(), grid.Tokens, width);
        var places = (placeSums / placeCounts.clamp_min(1)).repeat(classes, 1);                     // [classes N, Cp]
        var means = where(counts.gt(0), sums / counts.clamp_min(1), places);
        var outputs = means.index_select(0, (of.Classes.unsqueeze(1) * grid.Tokens + of.Hidden).flatten()).unflatten(
            0, of.Hidden.size(0), -1);
        return new HiddenTokens(Own(of.Hidden), outputs.DetachFromDisposeScope(), Own(of.Places), Own(of.Covered), Own(of.Classes));

        static Tensor Own(Tensor shared) => shared.alias().DetachFromDisposeScope();
    }

    private static (Tensor Sums, Tensor Counts) Sums(HiddenTokens train, Tensor index, long cells, long width)
    {
        var rows = train.Outputs.flatten(0, 1);
        return (zeros(cells, width).index_add_(0, index, rows, 1), zeros(cells, 1).index_add_(0, index, ones(rows.size(0), 1), 1));
    }
}
