using InternVideoNext.Models.Peers;

namespace InternVideoNext.Tests.Models.Peers;

/// <summary>One small configuration of every form of the other systems' encoders.</summary>
internal static class SmallPeers
{
    public static VJepa2Config VJepa2 { get; } = new()
    { Width = 40, Depth = 2, Heads = 2, MlpHidden = 60, PatchSize = 4, ImageSize = 12, Frames = 4 };

    public static VideoMaeConfig VideoMae { get; } = new()
    { Width = 24, Depth = 2, Heads = 3, MlpHidden = 36, PatchSize = 4, ImageSize = 8, Frames = 4 };

    public static InternVideo2Config InternVideo2 { get; } = new()
    { Width = 32, Depth = 2, Heads = 4, MlpHidden = 48, PatchSize = 4, ImageSize = 8, Frames = 3, PoolHeads = 2, PoolWidth = 12 };

    public static VideoPrismConfig VideoPrism { get; } = new()
    { Width = 24, SpatialDepth = 2, TemporalDepth = 1, Heads = 3, MlpHidden = 36, PatchSize = 4, ImageSize = 8, Frames = 3 };

    public static IReadOnlyList<PeerConfig> All { get; } =
    [
        VJepa2,
        VJepa2 with { Positions = VJepa2Positions.SineCosine },
        VJepa2 with { Positions = VJepa2Positions.UniformSineCosine },
        VideoMae,
        VideoMae with { MeanPooling = false, LayerScale = true },
        VideoMae with { QkvBias = false },
        InternVideo2,
        InternVideo2 with { SeparatePositions = true },
        VideoPrism,
        VideoPrism with { AuxiliaryDepth = 1, PoolHidden = 48 },
    ];
}
