using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>
/// Stage 1 (the paper's table of its parts, linear probing on K400 / SSv2; method, section 6), and what else a Stage 1 is made
/// of: masking, the predictor's depth, the diffusion decoder's size.
/// </summary>
internal static class Stage1Rows
{
    /// <summary>The plain predictor that the paper compares with, where a preset's is a text model's body.</summary>
    public static readonly VitPredictorConfig Plain = new() { Width = 384, Depth = 12, Heads = 12 };

    private const string Decoder = "model.decoder", Predictor = "model.predictor", Masking = "masking";

    public static readonly AblationRow PixelLinear = new()
    {
        Id = "pixel-linear",
        Table = AblationTable.Stage1,
        Title = "Pixels only, linear decoder",
        Purpose = "Masked pixel prediction alone: low-level features, far from objects and actions.",
        Reported = new(47.2, 28.1),
        Configure = (s, seed) => AlignLinearConfig(s, seed) with { MiddleWeight = 0, FinalWeight = 0 },
    };

    public static readonly AblationRow PixelDiffusion = new()
    {
        Id = "pixel-diffusion",
        Table = AblationTable.Stage1,
        Title = "Pixels only, diffusion decoder",
        Purpose = "Whether a decoder that models p(pixels | z) instead of their mean changes pixel-only training.",
        Neighbour = "pixel-linear",
        Changes = [Decoder],
        Configure = (s, seed) => s.Stage1(seed) with { MiddleWeight = 0, FinalWeight = 0 },
    };

    public static readonly AblationRow AlignLinear = new()
    {
        Id = "align-linear",
        Table = AblationTable.Stage1,
        Title = "Alignment + pixels, linear decoder",
        Purpose = "The naive merge: both losses on one encoder, whose aims conflict.",
        Neighbour = "pixel-linear",
        Changes = ["middle_weight", "final_weight"],
        Reported = new(69.8, 31.8),
        Configure = AlignLinearConfig,
    };

    public static readonly AblationRow Align = new()
    {
        Id = "align",
        Table = AblationTable.Stage1,
        Title = "Alignment only",
        Purpose = "The image teacher's semantics without any pixels.",
        Neighbour = "align-linear",
        Changes = ["pixel_weight", Predictor, Decoder],
        Reported = new(70.7, 32.1),
        Configure = (s, seed) => With(s, seed, m => m with { Predictor = null, Decoder = null }) with { PixelWeight = 0 },
    };

    public static readonly AblationRow AlignDiffusion = new()
    {
        Id = "align-diffusion",
        Table = AblationTable.Stage1,
        Title = "Alignment + pixels, diffusion decoder",
        Purpose = "The cure: the diffusion decoder takes the pixels' detail upon itself. This is the package's Stage 1.",
        Neighbour = "align-linear",
        Changes = [Decoder],
        Reported = new(74.2, 35.4),
        Configure = (s, seed) => s.Stage1(seed),
    };

    public static readonly AblationRow TextPredictor = new()
    {
        Id = "text-predictor",
        Table = AblationTable.Stage1,
        Title = "+ text-initialised predictor",
        Purpose = "The predictor starts from the last layers of a text encoder (ModernBERT-large).",
        Neighbour = "align-diffusion",
        Changes = [Predictor],
        Reported = new(75.8, 36.9),
        Configure = (s, seed) => With(s, seed, m => m with { Predictor = new ModernBertPredictorConfig { TextWeights = s.TextWeights } }),
        Obstacle = s => s.TextWeights is null
            ? "it needs ModernBERT-large's weights: ./ivnext weights fetch modernbert-large, then --text-weights FOLDER" : null,
    };

    public static readonly AblationRow VitPredictor = new()
    {
        Id = "vit-predictor",
        Table = AblationTable.Stage1,
        Title = "Plain ViT predictor of depth 12",
        Purpose = "The paper's comparison for the text-initialised predictor: a vision transformer from random weights.",
        Neighbour = "align-diffusion",
        Changes = [Predictor],
        Configure = (s, seed) => With(s, seed, m => m with { Predictor = Plain }),
        Obstacle = s => s.Stage1(0).Model.Predictor is VitPredictorConfig ? "this preset's predictor is a plain ViT already" : null,
    };

    private static readonly AblationRow[] Variants =
    [
        Mask("mask-random", "Random mask",
            "Without saliency: 75 % of all the clip's tokens, each as likely as another, however many of a frame.",
            _ => new RandomMaskingConfig { Ratio = 0.75 }),
        Mask("mask-tube", "Tube mask", "The same places hidden in every frame.", _ => new TubeMaskingConfig { Ratio = 0.75 }),
        Mask("mask-hide-salient", "Semantic mask, the paper's text",
            "Top-k by attention, what is salient hidden, 80 % of a frame masked, rounded down (of 16 tokens 12: 75 %): as the paper "
                + "writes it; the released code draws, and shows what is salient.",
            _ => new SemanticMaskingConfig { Ratio = 0.8, Selection = SaliencySelection.TopK, Keep = SaliencyKeep.Background }),
        Mask("mask-half", "Masking ratio 50 %", "An easier task, twice the visible tokens.",
            _ => new SemanticMaskingConfig { Ratio = 0.5 }),
        Mask("mask-most", "Masking ratio 90 %", "A harder task, fewer visible tokens.", _ => new SemanticMaskingConfig { Ratio = 0.9 }),
        Depth("predictor-shallow", "Predictor of one layer", "Is one layer enough, or must the encoder do the predictor's work?",
            _ => 1) with
        {
            Obstacle = s =>
                s.Stage1(0).Model.Predictor is VitPredictorConfig { Depth: 1 } ? "this preset's predictor has one layer already" : null,
        },
        Depth("predictor-deep", "Predictor twice as deep", "More room for prediction between encoder and decoder.", depth => 2 * depth),
        Diffusion(
            "decoder-shallow", "Diffusion decoder of one block", "A weak decoder leaves pixels' detail to the latent.",
            d => d with { Depth = 1 }),
        Diffusion(
            "decoder-deep", "Diffusion decoder twice as deep", "A stronger model of p(pixels | z).", d => d with { Depth = 2 * d.Depth }),
        Diffusion(
            "decoder-narrow", "Diffusion decoder half as wide", "The other way to make it weak.", d => d with { Width = d.Width / 2 }),
        Diffusion(
            "decoder-wide", "Diffusion decoder twice as wide", "The other way to make it strong.", d => d with { Width = 2 * d.Width }),
    ];

    public static IReadOnlyList<AblationRow> All { get; } = [
        PixelLinear, PixelDiffusion, Align, AlignLinear, AlignDiffusion, TextPredictor, VitPredictor, .. Variants];

    private static Stage1Config AlignLinearConfig(AblationSettings s, ulong seed) =>
        With(s, seed, m => m with { Decoder = new LinearPixelDecoderConfig() });

    private static Stage1Config With(AblationSettings s, ulong seed, Func<ModelConfig, ModelConfig> change)
    {
        var config = s.Stage1(seed);
        return config with { Model = change(config.Model) };
    }

    private static AblationRow Variant(
        string id, string title, string purpose, string path, Func<AblationSettings, ulong, RunConfig> configure) => new()
        {
            Id = id,
            Table = AblationTable.Stage1,
            Title = title,
            Purpose = purpose,
            Neighbour = AlignDiffusion.Id,
            Changes = [path],
            Configure = configure,
        };

    private static AblationRow Mask(string id, string title, string purpose, Func<AblationSettings, MaskingConfig> masking) =>
        Variant(id, title, purpose, Masking, (s, seed) => s.Stage1(seed) with { Masking = masking(s) });

    private static AblationRow Depth(string id, string title, string purpose, Func<int, int> depth) =>
        Variant(id, title, purpose, Predictor, (s, seed) => With(s, seed, m => m with { Predictor = OfDepth(m.Predictor!, depth) }));

    private static AblationRow Diffusion(
        string id, string title, string purpose, Func<DiffusionDecoderConfig, DiffusionDecoderConfig> change) =>
        Variant(id, title, purpose, Decoder,
            (s, seed) => With(s, seed, m => m with { Decoder = change((DiffusionDecoderConfig)m.Decoder!) }));

    // Of the text model the last layers, as the paper takes them.
    private static PredictorConfig OfDepth(PredictorConfig predictor, Func<int, int> depth)
    {
        if (predictor is VitPredictorConfig vit) return vit with { Depth = depth(vit.Depth) };
        var bert = (ModernBertPredictorConfig)predictor;
        var (layers, last) = (depth(bert.LayerIds.Count), bert.LayerIds[^1]);
        return bert with { LayerIds = [.. Enumerable.Range(last - layers + 1, layers)] };
    }
}
