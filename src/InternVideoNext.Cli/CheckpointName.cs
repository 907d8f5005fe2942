using InternVideoNext.Weights;

namespace InternVideoNext.Cli;

/// <summary>What a user may name where a checkpoint is asked for: a path, or a model that comes with the program.</summary>
internal static class CheckpointName
{
    public const string Help = "A run's folder, a checkpoint folder, a .safetensors file, or a model of ./ivnext weights list, e.g. "
        + "mini/stage2.";

    /// <summary>The path that a name stands for; what is no shipped model's name is taken as a path.</summary>
    public static string Resolve(string name) =>
        !File.Exists(name) && !Directory.Exists(name) && ShippedModels.All.FirstOrDefault(model => model.Name == name) is { } shipped
            ? shipped.Path() : name;
}
