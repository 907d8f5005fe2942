using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Recipes;

/// <summary>The device that <see cref="TrainingConfig.Device"/> names.</summary>
internal static class TrainingDevice
{
    /// <summary>Whether the name is <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; says nothing about this machine.</summary>
    public static bool IsName(string name) =>
        name is "cpu" or "cuda"
            || (name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>The run's device, which must be here.</summary>
    /// <exception cref="ConfigurationException">libtorch sees no such device on this machine.</exception>
    public static Device Open(TrainingConfig config)
    {
        // cuBLAS and libtorch read it once, when they are first used.
        if (config.Deterministic && config.Device != "cpu") NativeEnvironment.SetIfAbsent("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
        return Open(config.Device, "training.device");
    }

    /// <summary>The device, which must be here.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="setting">What asks for it, for the message.</param>
    /// <exception cref="ConfigurationException">It is no such name, or libtorch sees no such device on this machine.</exception>
    public static Device Open(string name, string setting)
    {
        if (!IsName(name)) throw new ConfigurationException($"{setting} is {name}; it must be cpu, cuda or cuda:N");
        if (name == "cpu") return CPU;
        var count = cuda.is_available() ? cuda.device_count() : 0;
        // Asked first: where there is no CUDA, torch.device itself throws, without saying what to do.
        if (IndexOf(name) < count) return torch.device(name);
        throw new ConfigurationException(
            $"{setting} is {name}, but libtorch sees {count} CUDA device(s) here; name another device, or see ./ivnext doctor");
    }

    private static int IndexOf(string name) =>
        name == "cuda" ? 0 : int.Parse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture);
}
