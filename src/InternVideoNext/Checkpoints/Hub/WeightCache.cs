using InternVideoNext.Foundation;

namespace InternVideoNext.Checkpoints.Hub;

/// <summary>The folder of downloaded checkpoints: one folder for each name, with the files as they are published.</summary>
/// <param name="Folder">The cache's folder; it need not exist.</param>
public sealed record WeightCache(string Folder)
{
    /// <summary>The environment variable that names the cache's folder.</summary>
    public const string Variable = "IVNEXT_CACHE";

    /// <summary>
    /// The cache in use: <c>IVNEXT_CACHE</c>, or <c>ivnext/weights</c> in the user's cache folder (<c>XDG_CACHE_HOME</c>, else
    /// <c>~/.cache</c>).
    /// </summary>
    public static WeightCache Default => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>Where a named checkpoint's file belongs, whether it is there or not.</summary>
    public string PathOf(NamedWeights weights, string file) => Path.Combine(Folder, weights.Name, file);

    /// <summary>The cached checkpoint to open: its file, or its index if every shard is there; null if it isn't cached whole.</summary>
    /// <exception cref="SafetensorsException">The cached index is damaged.</exception>
    public string? Locate(NamedWeights weights)
    {
        var single = PathOf(weights, weights.Published);
        if (File.Exists(single))
            return single;
        var index = PathOf(weights, NamedWeights.IndexFile);
        return File.Exists(index) && SafetensorsIndex.Read(index).Values.All(shard => File.Exists(PathOf(weights, shard))) ? index : null;
    }

    internal static WeightCache FromEnvironment(Func<string, string?> variable) => new(
        variable(Variable) is { Length: > 0 } folder ? Path.GetFullPath(folder) : UserCache.FolderOf("weights", variable));
}
