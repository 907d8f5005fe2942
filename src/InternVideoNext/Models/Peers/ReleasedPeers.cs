namespace InternVideoNext.Models.Peers;

/// <summary>A released encoder of another system: its name here, its sizes, and under what licence its weights are.</summary>
/// <param name="Name">The name by which commands know it.</param>
/// <param name="Config">Its sizes.</param>
/// <param name="Licence">Of the weights, as their page states it.</param>
public sealed record ReleasedPeer(string Name, PeerConfig Config, string Licence);

/// <summary>The released encoders, size by size.</summary>
public static class ReleasedPeers
{
    private const string NonCommercial = "CC-BY-NC-4.0";
    private const string Apache = "Apache-2.0";
    private const string Attribution = "CC-BY-4.0";
    private const string None = "none stated";

    /// <summary>Every released encoder.</summary>
    public static IReadOnlyList<ReleasedPeer> All { get; } =
    [
        new("vjepa2-vitl", VJepa2(1024, 24, 16, 4096), "MIT"),
        new("vjepa2-vith", VJepa2(1280, 32, 16, 5120), Apache),
        new("vjepa2-vitg", VJepa2(1408, 40, 22, 6144), Apache),
        new("vjepa2-vitg-384", VJepa2(1408, 40, 22, 6144, imageSize: 384), Apache),
        new("vjepa2-vitl-ssv2", VJepa2(1024, 24, 16, 4096), "MIT"),
        new("vjepa2-vitl-diving48", VJepa2(1024, 24, 16, 4096, frames: 32), "MIT"),
        new("vjepa2-vitg-384-ssv2", VJepa2(1408, 40, 22, 6144, imageSize: 384, frames: 64), Apache),
        new("vjepa2-vitg-384-diving48", VJepa2(1408, 40, 22, 6144, imageSize: 384, frames: 32), Apache),
        new("videomae-v2-base", VideoMae(768, 12, 12, 3072), NonCommercial),
        new("videomae-v2-large", VideoMae(1024, 24, 16, 4096), NonCommercial),
        new("videomae-v2-huge", VideoMae(1280, 32, 16, 5120), NonCommercial),
        new("videomae-v2-giant", VideoMae(1408, 40, 16, 6144, patch: 14), NonCommercial),
        new("videomae-small-k400", Plain(384, 12, 6, 1536, pools: true), NonCommercial),
        new("videomae-base", Plain(768, 12, 12, 3072, pools: false), NonCommercial),
        new("videomae-base-k400", Plain(768, 12, 12, 3072, pools: true), NonCommercial),
        new("videomae-base-ssv2", Plain(768, 12, 12, 3072, pools: true), NonCommercial),
        new("videomae-large", Plain(1024, 24, 16, 4096, pools: false), NonCommercial),
        new("videomae-large-k400", Plain(1024, 24, 16, 4096, pools: true), NonCommercial),
        new("videomae-huge-k400", Plain(1280, 32, 16, 5120, pools: true), NonCommercial),
        new("internvideo2-s14", InternVideo2(384, 12, 6, 1536), None),
        new("internvideo2-b14", InternVideo2(768, 12, 12, 3072), None),
        new("internvideo2-l14", InternVideo2(1024, 24, 16, 4096), None),
        new("internvideo2-s1-1b", InternVideo2(1408, 40, 16, 6144), Apache),
        new("internvideo2-s2-1b", InternVideo2(1408, 40, 16, 6144, frames: 4), Apache),
        new("internvideo2-s2-6b", InternVideo2(3200, 48, 25, 12800, frames: 4), Apache),
        new("videoprism-base", VideoPrism(768, 12, 12, 3072, frames: 16), Attribution),
        new("videoprism-large", VideoPrism(1024, 24, 16, 4096, frames: 8), Attribution),
        new("videoprism-lvt-base", Text(VideoPrism(768, 12, 12, 3072, frames: 16)), Attribution),
        new("videoprism-lvt-large", Text(VideoPrism(1024, 24, 16, 4096, frames: 8)), Attribution),
    ];

    /// <summary>The release of that name; null if there is none.</summary>
    public static ReleasedPeer? Find(string name) => All.FirstOrDefault(peer => peer.Name == name);

    private static VJepa2Config VJepa2(int width, int depth, int heads, int hidden, int imageSize = 256, int frames = 16) => new()
    {
        Width = width,
        Depth = depth,
        Heads = heads,
        MlpHidden = hidden,
        PatchSize = 16,
        ImageSize = imageSize,
        Frames = frames,
    };

    private static VideoMaeConfig VideoMae(int width, int depth, int heads, int hidden, int patch = 16) => new()
    {
        Width = width,
        Depth = depth,
        Heads = heads,
        MlpHidden = hidden,
        PatchSize = patch,
        ImageSize = 224,
        Frames = 16,
    };

    private static VideoMaeConfig Plain(int width, int depth, int heads, int hidden, bool pools) =>
        VideoMae(width, depth, heads, hidden) with { MeanPooling = pools, NormEps = 1e-12, PoolNormEps = 1e-5 };

    private static InternVideo2Config InternVideo2(int width, int depth, int heads, int hidden, int frames = 8) => new()
    {
        Width = width,
        Depth = depth,
        Heads = heads,
        MlpHidden = hidden,
        PatchSize = 14,
        ImageSize = 224,
        Frames = frames,
    };

    private static VideoPrismConfig VideoPrism(int width, int depth, int heads, int hidden, int frames) => new()
    {
        Width = width,
        SpatialDepth = depth,
        TemporalDepth = 4,
        Heads = heads,
        MlpHidden = hidden,
        PatchSize = 18,
        ImageSize = 288,
        Frames = frames,
    };

    private static VideoPrismConfig Text(VideoPrismConfig video) => video with { AuxiliaryDepth = 2, PoolHidden = 4 * video.Width };
}
