namespace InternVideoNext.Checkpoints.Hub;

/// <summary>Where the released encoders of other systems are published.</summary>
internal static class PeerWeights
{
    private const string Gated =
        "its repository is gated: read and accept its terms on its page while logged in, download the file there, and give its path, or "
        + "put it into the cache. If the page has no terms any more, the file is free.";

    /// <summary>By the names of the encoders.</summary>
    public static IReadOnlyList<NamedWeights> All { get; } =
    [
        new("vjepa2-vitl", "V-JEPA 2 ViT-L, 256 px, 0.3 B parameters, fp32", "facebook/vjepa2-vitl-fpc64-256", Size: 1_303_947_864),
        new("vjepa2-vith", "V-JEPA 2 ViT-H, 256 px, 0.6 B parameters, fp32", "facebook/vjepa2-vith-fpc64-256"),
        new("vjepa2-vitg", "V-JEPA 2 ViT-g, 256 px, 1 B parameters, fp32", "facebook/vjepa2-vitg-fpc64-256"),
        new("vjepa2-vitg-384", "V-JEPA 2 ViT-g, 384 px, 1 B parameters, fp32", "facebook/vjepa2-vitg-fpc64-384"),
        new("vjepa2-vitl-ssv2", "V-JEPA 2 ViT-L with its probe of Something-Something V2", "facebook/vjepa2-vitl-fpc16-256-ssv2"),
        new("vjepa2-vitl-diving48", "V-JEPA 2 ViT-L with its probe of Diving-48", "facebook/vjepa2-vitl-fpc32-256-diving48"),
        new("vjepa2-vitg-384-ssv2", "V-JEPA 2 ViT-g, 384 px, with its probe of Something-Something V2",
            "facebook/vjepa2-vitg-fpc64-384-ssv2"),
        new("vjepa2-vitg-384-diving48", "V-JEPA 2 ViT-g, 384 px, with its probe of Diving-48", "facebook/vjepa2-vitg-fpc32-384-diving48"),
        new("videomae-v2-base", "VideoMAE v2 Base, distilled on Kinetics-710, fp32", "OpenGVLab/VideoMAEv2-Base", Size: 344_924_592),
        new("videomae-v2-large", "VideoMAE v2 Large, fp32", "OpenGVLab/VideoMAEv2-Large", Size: 1_215_474_840),
        new("videomae-v2-huge", "VideoMAE v2 Huge, fp32", "OpenGVLab/VideoMAEv2-Huge"),
        new("videomae-v2-giant", "VideoMAE v2 giant, patch 14, 1 B parameters, fp32", "OpenGVLab/VideoMAEv2-giant"),
        new("videomae-small-k400", "VideoMAE Small, fine-tuned on Kinetics-400", "MCG-NJU/videomae-small-finetuned-kinetics"),
        new("videomae-base", "VideoMAE Base, pre-trained alone", "MCG-NJU/videomae-base"),
        new("videomae-base-k400", "VideoMAE Base, fine-tuned on Kinetics-400", "MCG-NJU/videomae-base-finetuned-kinetics"),
        new("videomae-base-ssv2", "VideoMAE Base, fine-tuned on Something-Something V2", "MCG-NJU/videomae-base-finetuned-ssv2"),
        new("videomae-large", "VideoMAE Large, pre-trained alone", "MCG-NJU/videomae-large"),
        new("videomae-large-k400", "VideoMAE Large, fine-tuned on Kinetics-400", "MCG-NJU/videomae-large-finetuned-kinetics"),
        new("videomae-huge-k400", "VideoMAE Huge, fine-tuned on Kinetics-400", "MCG-NJU/videomae-huge-finetuned-kinetics"),
        Distilled("internvideo2-s14", "S14"),
        Distilled("internvideo2-b14", "B14"),
        Distilled("internvideo2-l14", "L14"),
        new("internvideo2-s1-1b", "InternVideo2 stage 1, 1 B parameters, 8 frames", "OpenGVLab/InternVideo2-Stage1-1B-224p-f8")
            { Published = "pretrain.pth", Obstacle = Gated },
        new("internvideo2-s2-1b", "InternVideo2 stage 2, 1 B parameters, 4 frames", "OpenGVLab/InternVideo2-Stage2_1B-224p-f4")
            { Published = "InternVideo2-stage2_1b-224p-f4.pt", Obstacle = Gated },
        new("internvideo2-s2-6b", "InternVideo2 stage 2, 6 B parameters, 4 frames", "OpenGVLab/InternVideo2-Stage2_6B-224p-f4")
            { Published = "internvideo2-s2_6b-224p-f4.pt", Obstacle = Gated },
        Prism("videoprism-base", "VideoPrism Base, 16 frames, 288 px, fp32", "videoprism-base-f16r288", "flax_base_f16r288_repeated.npz"),
        Prism("videoprism-large", "VideoPrism Large, 8 frames, 288 px, fp32", "videoprism-large-f8r288", "flax_large_f8r288_repeated.npz"),
        Prism("videoprism-lvt-base", "VideoPrism Base, video side of the video-text model", "videoprism-lvt-base-f16r288",
            "flax_lvt_base_f16r288_repeated.npz"),
        Prism("videoprism-lvt-large", "VideoPrism Large, video side of the video-text model", "videoprism-lvt-large-f8r288",
            "flax_lvt_large_f8r288_repeated.npz"),
        new("videoprism-giant", "VideoPrism giant, the 1B row of published tables", "google/videoprism")
            { Obstacle = "its weights were never released; videoprism-large is the largest that can be checked." },
        new("internvideo2-s1-6b", "InternVideo2 stage 1, 6 B parameters", "OpenGVLab/InternVideo2")
            { Obstacle = "its weights were never released; internvideo2-s2-6b is stage 2's." },
    ];

    private static NamedWeights Distilled(string name, string size) =>
        new(name, $"InternVideo2 {size}, distilled from stage 2, fp16", "OpenGVLab/InternVideo2_distillation_models")
        { Published = $"stage1/{size}/{size}_dist_1B_stage2/pytorch_model.bin" };

    private static NamedWeights Prism(string name, string description, string repository, string file) =>
        new(name, description, "google/" + repository) { Published = file };
}
