using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>A checkpoint of one safetensors file, or of several shards with an index as Hugging Face repositories have them.</summary>
public sealed class SafetensorsCheckpoint : ITensorFile
{
    private const string SingleName = "model.safetensors";
    private const string IndexSuffix = ".safetensors.index.json";

    private readonly OrderedNames<SafetensorsFile> _fileOfTensor = new();
    private readonly OrderedNames<SafetensorsEntry> _entries = new();

    private SafetensorsCheckpoint(string path, IReadOnlyList<SafetensorsFile> files)
    {
        Path = path;
        Files = files;
    }

    /// <summary>The file, or the index of the shards.</summary>
    public string Path { get; }

    /// <summary>The open file, or the open shards in the order in which the index first names them.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>The tensors of all shards by name; offsets are those within each shard.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <summary>The metadata of the file, or of the first shard.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Files.Count > 0 ? Files[0].Metadata : new Dictionary<string, string>();

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">
    /// A safetensors file; an index (<c>model.safetensors.index.json</c>); or a folder that holds <c>model.safetensors</c>, one
    /// index, or one <c>.safetensors</c> file, looked for in this order.
    /// </param>
    /// <exception cref="SafetensorsException">A file breaks the format, or the index and its shards disagree.</exception>
    /// <exception cref="FileNotFoundException">There is nothing to open at <paramref name="path"/>.</exception>
    public static SafetensorsCheckpoint Open(string path)
    {
        var file = !Directory.Exists(path) ? path
            : Choose(path) ?? throw new FileNotFoundException(
                $"{path}: the folder holds neither a .safetensors file nor an index ({SingleName[..^12]}{IndexSuffix}).");
        if (!File.Exists(file))
            throw new FileNotFoundException(
                $"{file}: no such file. Give a .safetensors file, a {IndexSuffix} file, or the folder of one.", file);
        return file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? OpenShards(file) : OpenSingle(file);
    }

    /// <inheritdoc/>
    public Tensor Read(string name) => _fileOfTensor.TryGetValue(name, out var file)
        ? file.Read(name)
        : throw new SafetensorsException(Path, name, $"not in this checkpoint, which holds {_entries.Count} tensors.");

    /// <summary>Closes every file.</summary>
    public void Dispose()
    {
        foreach (var file in Files)
            file.Dispose();
    }

    /// <summary>What to open of a folder; null where it holds nothing of the kind.</summary>
    /// <exception cref="FileNotFoundException">There are several, of which none is <c>model.safetensors</c>.</exception>
    internal static string? Choose(string folder)
    {
        var single = System.IO.Path.Combine(folder, SingleName);
        if (File.Exists(single))
            return single;
        foreach (var pattern in (string[])["*" + IndexSuffix, "*.safetensors"])
        {
            var files = Directory.GetFiles(folder, pattern);
            if (files.Length == 1)
                return files[0];
            if (files.Length > 1)
                throw new FileNotFoundException(
                    $"{folder}: the folder holds {files.Length} files {pattern}, so name one: "
                    + $"{string.Join(", ", files.Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal))}.");
        }

        return null;
    }

    private static SafetensorsCheckpoint OpenSingle(string path)
    {
        var file = SafetensorsFile.Open(path);
        var checkpoint = new SafetensorsCheckpoint(path, [file]);
        foreach (var (name, entry) in file.Entries)
            checkpoint.Add(name, entry, file);
        return checkpoint;
    }

    private static SafetensorsCheckpoint OpenShards(string path)
    {
        var shardOfTensor = SafetensorsIndex.Read(path);
        var shards = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        var files = new List<SafetensorsFile>();
        var checkpoint = new SafetensorsCheckpoint(path, files);
        try
        {
            CheckPresent(path, shardOfTensor);
            foreach (var (name, shard) in shardOfTensor)
            {
                if (!shards.TryGetValue(shard, out var file))
                    files.Add(shards[shard] = file = SafetensorsFile.Open(Beside(path, shard)));
                if (!file.Entries.TryGetValue(name, out var entry))
                    throw new SafetensorsException(
                        path, name, $"the index says it is in {shard}, but that file has no tensor of this name.");
                checkpoint.Add(name, entry, file);
            }

            return checkpoint;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static void CheckPresent(string path, OrderedNames<string> shardOfTensor)
    {
        var missing = shardOfTensor.Values.Distinct(StringComparer.Ordinal).Where(shard => !File.Exists(Beside(path, shard))).ToList();
        if (missing.Count > 0)
            throw new SafetensorsException(
                path, null, $"{missing.Count} shard files that the index names are not beside it: {string.Join(", ", missing)}.");
    }

    private static string Beside(string path, string name) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path) ?? "", name);

    private void Add(string name, SafetensorsEntry entry, SafetensorsFile file)
    {
        _fileOfTensor.TryAdd(name, file);
        _entries.TryAdd(name, entry);
    }
}
