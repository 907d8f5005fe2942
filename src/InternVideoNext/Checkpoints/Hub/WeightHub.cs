namespace InternVideoNext.Checkpoints.Hub;

/// <summary>Fetches named checkpoints from the Hugging Face hub, or a mirror of it, into a cache.</summary>
/// <param name="client">The HTTP client; <see cref="CreateClient"/> makes a fitting one. It stays the caller's.</param>
/// <param name="cache">Where to put the files.</param>
/// <param name="options">Address, attempts and limits; null for the usual ones.</param>
public sealed class WeightHub(HttpClient client, WeightCache cache, WeightHubOptions? options = null)
{
    private readonly WeightHubOptions _options = options ?? new WeightHubOptions();

    /// <summary>
    /// A client that leaves redirections to us (the hub's checksum comes with the first answer) and sets no limit to the whole transfer.
    /// </summary>
    public static HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(20) };
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>
    /// Fetches a checkpoint unless the cache has it: a single file, or where the repository has none, the index and its shards.
    /// Every file is checked for its size and SHA-256, as far as this package or the server states them, and must be well-formed;
    /// only then it
    /// appears under its name.
    /// </summary>
    /// <param name="weights">What to fetch.</param>
    /// <param name="progress">Told of every block received.</param>
    /// <param name="cancellation">Stops the download; what has come is kept for the next call.</param>
    /// <exception cref="WeightFetchException">
    /// It could not be fetched; without a connection, the message says which file to put where.
    /// </exception>
    public async Task<FetchedWeights> FetchAsync(
        NamedWeights weights, IProgress<FetchProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (cache.Locate(weights) is { } cached)
            return Cached(cached);
        try
        {
            if (weights.Obstacle is { } obstacle)
                throw new WeightFetchException(
                    $"{weights.Name} ({new Uri(_options.Address, weights.Repository)}): {obstacle} "
                    + $"Its place in the cache is {cache.PathOf(weights, weights.Published)}.");
            var single = await DownloadAsync(weights, weights.Published, progress, cancellation).ConfigureAwait(false);
            if (single is null && weights.Published != NamedWeights.File)
                throw new WeightFetchException(
                    $"{new Uri(_options.Address, weights.AddressOf(weights.Published))}: not found (404): the repository or the file has "
                    + $"moved. Find it on {new Uri(_options.Address, weights.Repository)} and give its path.");
            return single is null
                ? await FetchShardsAsync(weights, progress, cancellation).ConfigureAwait(false)
                : new FetchedWeights(single.Path, [single]);
        }
        catch (WeightFetchException e) when (e.IsUnreachable)
        {
            throw new WeightFetchException($"{e.Message}\n{ByHand(weights)}", isUnreachable: true, e);
        }
    }

    /// <summary>What to fetch by hand where there is no network, and where to put it.</summary>
    public string ByHand(NamedWeights weights) =>
        $"Without a connection: on another machine, get {weights.Published} of the repository {weights.Repository} "
        + $"({new Uri(_options.Address, weights.AddressOf(weights.Published))}"
        + (weights.Published == NamedWeights.File ? $"; if it is in shards, {NamedWeights.IndexFile} and every shard) " : ") ")
        + $"and put it at {cache.PathOf(weights, weights.Published)}.";

    private static FetchedWeights Cached(string path)
    {
        using var opened = TensorFile.Open(path);
        if (opened is not SafetensorsCheckpoint checkpoint)
            return new FetchedWeights(
                path, [new FetchedFile(path, new FileInfo(path).Length, Downloaded: false, "in the cache already; well-formed")]);
        return new FetchedWeights(
            path, [.. checkpoint.Files.Select(
            file => new FetchedFile(file.Path, new FileInfo(file.Path).Length, Downloaded: false, "in the cache already; well-formed"))]);
    }

    private async Task<FetchedWeights> FetchShardsAsync(
        NamedWeights weights, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        var index = await DownloadAsync(weights, NamedWeights.IndexFile, progress, cancellation).ConfigureAwait(false)
            ?? throw new WeightFetchException(
                $"{new Uri(_options.Address, weights.Repository)}: not found (404): no such repository or revision "
                + $"'{weights.Revision}', or it holds neither {NamedWeights.File} nor {NamedWeights.IndexFile}.");
        var files = new List<FetchedFile> { index };
        foreach (var shard in SafetensorsIndex.Read(index.Path).Values.Distinct(StringComparer.Ordinal))
        {
            var path = cache.PathOf(weights, shard);
            files.Add(File.Exists(path)
                ? new FetchedFile(path, new FileInfo(path).Length, Downloaded: false, "in the cache already")
                : await DownloadAsync(weights, shard, progress, cancellation).ConfigureAwait(false)
                    ?? throw new WeightFetchException(
                        $"{new Uri(_options.Address, weights.AddressOf(shard))}: not found (404), although the index names this shard."));
        }

        SafetensorsCheckpoint.Open(index.Path).Dispose();
        return new FetchedWeights(index.Path, files);
    }

    private Task<FetchedFile?> DownloadAsync(
        NamedWeights weights, string file, IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        var single = file == weights.Published;
        var download = new HubDownload(
            client, _options, new Uri(_options.Address, weights.AddressOf(file)), cache.PathOf(weights, file), progress);
        return download.RunAsync(
            single ? weights.Size : null,
            single ? weights.Sha256 : null,
            file == NamedWeights.IndexFile ? path => SafetensorsIndex.Read(path) : path => TensorFile.Open(path).Dispose(),
            cancellation);
    }
}

/// <summary>How far a download is.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Received">Bytes in the cache, those of earlier attempts included.</param>
/// <param name="Total">Bytes in all, or null if the server doesn't say.</param>
public readonly record struct FetchProgress(string File, long Received, long? Total);

/// <summary>A file of a checkpoint, now in the cache.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Downloaded">False if it was in the cache already.</param>
/// <param name="Verification">What was checked, and against whose word.</param>
public sealed record FetchedFile(string Path, long Size, bool Downloaded, string Verification);

/// <summary>A checkpoint, now in the cache.</summary>
/// <param name="Path">What to open with <see cref="TensorFile.Open"/>.</param>
/// <param name="Files">Its files.</param>
public sealed record FetchedWeights(string Path, IReadOnlyList<FetchedFile> Files);

/// <summary>How a <see cref="WeightHub"/> behaves.</summary>
public sealed record WeightHubOptions
{
    /// <summary>The hub's address; a mirror has the same paths below its own.</summary>
    public Uri Address { get; init; } = new("https://huggingface.co/");

    /// <summary>Connections tried for one file before giving up. A transfer that breaks is resumed where it broke.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Time before the second attempt; doubled before each further one.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection that brings nothing for so long counts as broken.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A checkpoint that could not be fetched. The message says why and what to do.</summary>
public sealed class WeightFetchException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="isUnreachable">Whether no connection to the hub could be made.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public WeightFetchException(string message, bool isUnreachable = false, Exception? innerException = null)
        : base(message, innerException) =>
        IsUnreachable = isUnreachable;

    /// <summary>Whether no connection to the hub could be made: the environment's fault, not the file's.</summary>
    public bool IsUnreachable { get; }
}
