namespace InternVideoNext.Ablations;

/// <summary>The paper's orderings, each on both labels.</summary>
public static class AblationClaims
{
    /// <summary>What is seen; stands for Kinetics-400.</summary>
    public const string Appearance = "appearance";

    /// <summary>What happens; stands for Something-Something V2.</summary>
    public const string Motion = "motion";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AblationClaim> All { get; } =
    [
        .. Both("alignment", "Alignment is far better than pixels", "align", "pixel-linear"),
        .. Both("naive-merge", "Adding linear pixels to alignment does not help", "align", "align-linear"),
        .. Both("diffusion", "Adding diffused pixels to alignment does", "align-diffusion", "align"),
        .. Both("cure", "The diffusion decoder is better than the linear one", "align-diffusion", "align-linear"),
        .. Both("stage2", "Stage 2 brings motion in", "stage2", "align-diffusion"),
        .. Both("stage2-pixels", "Pixels in Stage 2 add little", "stage2-pixels", "stage2"),
        .. Both("hidden-future", "Hiding late frames is better than hiding at random", "stage2", "stage2-trim-random"),
        .. Both("frozen-0.99", "A frozen teacher is better than one of momentum 0.99", "stage2", "ema-0.99"),
        .. Both("frozen-0.998", "A frozen teacher is better than one of momentum 0.998", "stage2", "ema-0.998"),
        .. Both("frozen-0.9998", "A frozen teacher is better than one of momentum 0.9998", "stage2", "ema-0.9998"),
        .. Both("video-targets", "A video teacher is better than the image teacher", "stage2", "image-teacher"),
        .. Both("kept-predictor", "Keeping Stage 1's predictor is better than re-initialising it", "stage2", "fresh-predictor"),
        .. Both("kept-against-vjepa", "Keeping it is better than a zero-initialised V-JEPA style predictor", "stage2", "vjepa-predictor"),
        .. Both("equal-compute", "Stage 2 is better than Stage 1 with as many multiply-adds", "stage2", "stage1-long"),
        .. Both("equal-clips", "Stage 2 is better than Stage 1 on as many clips", "stage2", "stage1-same-clips"),
    ];

    private static IEnumerable<AblationClaim> Both(string id, string text, string better, string worse) =>
        [new(id, text, better, worse, Appearance), new(id, text, better, worse, Motion)];
}
