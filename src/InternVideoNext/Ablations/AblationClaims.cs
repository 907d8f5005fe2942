namespace InternVideoNext.Ablations;

/// <summary>The paper's orderings. What is said of scale is from a prototype of the synthetic world, and is repeated in reports.</summary>
public static class AblationClaims
{
    /// <summary>What is seen; stands for Kinetics-400.</summary>
    public const string Appearance = "appearance";

    /// <summary>What happens; stands for Something-Something V2.</summary>
    public const string Motion = "motion";

    private const string Early = "shows from a few ten thousand clips on";
    private const string Small = "a point or less at 53 thousand clips, within the spread of three seeds";
    private const string Long = "needs about a million Stage 2 clips: nothing of it shows at 53 thousand";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AblationClaim> All { get; } =
    [
        .. Both("alignment", "Alignment is far better than pixels", "align", "pixel-linear", Early, "the linear pixel decoder is ahead on motion in short training"),
        .. Both("naive-merge", "Adding linear pixels to alignment does not help", "align", "align-linear", Small, Small),
        .. Both("diffusion", "Adding diffused pixels to alignment does", "align-diffusion", "align", Small, Small),
        .. Both("cure", "The diffusion decoder is better than the linear one", "align-diffusion", "align-linear", Small, Small),
        .. Both("stage2", "Stage 2 brings motion in", "stage2", "align-diffusion", Long, Long),
        .. Both("frozen-0.99", "A frozen teacher is better than one of momentum 0.99", "stage2", "ema-0.99", Early, Long),
        .. Both("frozen-0.998", "A frozen teacher is better than one of momentum 0.998", "stage2", "ema-0.998", Early, Long),
        .. Both("frozen-0.9998", "A frozen teacher is better than one of momentum 0.9998", "stage2", "ema-0.9998", Long, Long),
        .. Both("video-targets", "A video teacher is better than the image teacher", "stage2", "image-teacher", Long, Long),
        .. Both("kept-predictor", "Keeping Stage 1's predictor is better than re-initialising it", "stage2", "fresh-predictor", Long, Long),
        .. Both("kept-against-vjepa", "Keeping it is better than a zero-initialised V-JEPA style predictor", "stage2", "vjepa-predictor", Long, Long),
        .. Both("equal-compute", "Stage 2 is better than Stage 1 for equally long", "stage2", "stage1-long", Long, Long),
    ];

    private static IEnumerable<AblationClaim> Both(string id, string text, string better, string worse, string appearance, string motion) =>
    [
        new(id, text, better, worse, Appearance, appearance),
        new(id, text, better, worse, Motion, motion),
    ];
}
