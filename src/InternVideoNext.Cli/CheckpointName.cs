using InternVideoNext.Weights;

namespace InternVideoNext.Cli;

/// <summary>What a user may name where a checkpoint is asked for: a path, or a model that comes with the program.</summary>
internal static class CheckpointName
{
    public const string Help = "A run's folder, a checkpoint folder, a .safetensors file, or a model of ./ivnext weights list, e.g. "
        + "mini/stage2.";

    /// <summary>The path that a name stands for: itself, or that of a shipped model.</summary>
    /// <exception cref="FileNotFoundException">There is neither such a file or folder nor a model of this name.</exception>
    public static string Resolve(string name)
    {
        if (File.Exists(name) || Directory.Exists(name)) return name;
        return ShippedModels.All.FirstOrDefault(model => model.Name == name)?.Path() ?? throw new FileNotFoundException(
            $"{name}: there is no such file or folder, nor does a model of this name come with the program; those that do are "
            + string.Join(", ", ShippedModels.All.Select(model => model.Name)));
    }
}
