using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Models.Peers;
using InternVideoNext.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Compare;

/// <summary>An encoder of a comparison.</summary>
/// <param name="Name">As it was asked for.</param>
/// <param name="Identity">Changes whenever its weights may have: part of the features' hash.</param>
/// <param name="Licence">Of the weights; null where nobody states it.</param>
/// <param name="Open">Opens it on a device, for clips of so many frames and pixels where a protocol states them.</param>
internal sealed record ComparedEncoder(string Name, string Identity, string? Licence, Func<Device, int?, int?, IFrozenEncoder> Open)
{
    /// <summary>What begins the name of a small encoder of random weights.</summary>
    public const string RandomPrefix = "random:";

    private const ulong RandomSeed = 1;

    // Of the embedded benchmark's clips.
    private static readonly Dictionary<string, PeerConfig> Random = new(StringComparer.Ordinal)
    {
        ["vjepa2"] = new VJepa2Config
        { Width = 64, Depth = 4, Heads = 4, MlpHidden = 256, PatchSize = 8, ImageSize = 32, Frames = 4 },
        ["videomae"] = new VideoMaeConfig
        { Width = 64, Depth = 4, Heads = 4, MlpHidden = 256, PatchSize = 8, ImageSize = 32, Frames = 4 },
        ["internvideo2"] = new InternVideo2Config
        { Width = 64, Depth = 4, Heads = 4, MlpHidden = 256, PatchSize = 8, ImageSize = 32, Frames = 4, PoolHeads = 4, PoolWidth = 32 },
        ["videoprism"] = new VideoPrismConfig
        { Width = 64, SpatialDepth = 3, TemporalDepth = 1, Heads = 4, MlpHidden = 256, PatchSize = 8, ImageSize = 32, Frames = 4 },
    };

    /// <summary>Names for small encoders of random weights.</summary>
    public static IEnumerable<string> RandomNames => Random.Keys.Select(name => RandomPrefix + name);

    /// <summary>Whether its weights were never trained.</summary>
    public bool IsRandom => Name.StartsWith(RandomPrefix, StringComparison.Ordinal);

    /// <summary>Finds an encoder by a path or a name.</summary>
    /// <exception cref="ConfigurationException">There is none, or it is not in the cache.</exception>
    public static ComparedEncoder Find(string name)
    {
        if (name.StartsWith(RandomPrefix, StringComparison.Ordinal))
            return Random.TryGetValue(name[RandomPrefix.Length..], out var config)
                ? new(name, $"{name}/{RandomSeed}/{config}", null, (device, _, _) => Untrained(config, device))
                : throw new ConfigurationException($"{name}: there are {string.Join(", ", RandomNames)}");
        var path = CheckpointName.Resolve(name);
        var file = Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Stamp)
            : [Stamp(path)];
        var licence = ShippedModels.All.Any(model => model.Name == name) ? "MIT" : ReleasedPeers.Find(name)?.Licence;
        return new(
            name, string.Join('\n', file), licence,
            (device, frames, size) => CheckpointName.OpenEncoder(name, device, frames, size));
    }

    private static PeerEncoder Untrained(PeerConfig config, Device device)
    {
        using var generator = new Generator(RandomSeed, CPU);
        var encoder = config.Build(generator);
        encoder.to(device);
        return encoder;
    }

    private static string Stamp(string path) => string.Create(
        CultureInfo.InvariantCulture, $"{Path.GetFullPath(path)} {new FileInfo(path).Length} {File.GetLastWriteTimeUtc(path).Ticks}");
}
