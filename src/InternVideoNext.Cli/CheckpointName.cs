using InternVideoNext.Checkpoints.Hub;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Models.Peers;
using InternVideoNext.Runs;
using InternVideoNext.Weights;
using static TorchSharp.torch;

namespace InternVideoNext.Cli;

/// <summary>What a user may name where a checkpoint is asked for: a path, or a model that comes with the program.</summary>
internal static class CheckpointName
{
    public const string Help = "A run's folder, a checkpoint folder, a file of weights, or a model of ./ivnext weights list, e.g. "
        + "mini/stage2 or vjepa2-vitl.";

    /// <summary>Opens any encoder by a path or a name: one that comes with the program, or one that was fetched.</summary>
    /// <exception cref="ConfigurationException">The name is known, but its weights are not in the cache.</exception>
    public static IFrozenEncoder OpenEncoder(string name, Device device, int? frames, int? imageSize)
    {
        var path = Resolve(name);
        var release = path == name ? null : ReleasedPeers.Find(name);
        var options = release is null ? null : PeerOptions.Beside(path) with
        {
            ImageSize = release.Config.ImageSize,
            Frames = release.Config is VJepa2Config or VideoMaeConfig ? release.Config.Frames : null,
        };
        return FrozenEncoders.Open(path, device, frames, imageSize, options);
    }

    /// <summary>The path that a name stands for: itself, that of a shipped model, or that of fetched weights.</summary>
    /// <exception cref="FileNotFoundException">There is neither such a file or folder nor a model of this name.</exception>
    /// <exception cref="ConfigurationException">The name is known, but its weights are not in the cache.</exception>
    public static string Resolve(string name)
    {
        if (File.Exists(name) || Directory.Exists(name)) return name;
        if (ShippedModels.All.FirstOrDefault(model => model.Name == name) is { } shipped) return shipped.Path();
        var known = NamedWeights.All.FirstOrDefault(weights => weights.Name == name) ?? throw new FileNotFoundException(
            $"{name}: there is no such file or folder, nor does a model of this name come with the program; those that do are "
            + string.Join(", ", ShippedModels.All.Select(model => model.Name)));
        return WeightCache.Default.Locate(known) ?? throw new ConfigurationException(
            $"{name}: not in the cache; get it by ./ivnext weights fetch {name}");
    }
}
