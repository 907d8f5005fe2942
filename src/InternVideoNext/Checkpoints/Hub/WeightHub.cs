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
    /// Fetches a checkpoint unless the cache has it: a single file, or where the repository has none, the index and its shards. Every file
    /// is
    /// checked for its size and SHA-256, as far as this package or the server states them, and must be well-formed; only then it appears
    /// under
    /// its name.
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
            var single = await DownloadAsync(weights, NamedWeights.File, progress, cancellation).ConfigureAwait(false);
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
        $"Without a connection: on another machine, get {NamedWeights.File} of the repository {weights.Repository} "
        + $"({new Uri(_options.Address, weights.AddressOf(NamedWeights.File))}; if it is in shards, {NamedWeights.IndexFile} and "
            + "every shard) "
        + $"and put it at {cache.PathOf(weights, NamedWeights.File)}.";

    private static FetchedWeights Cached(string path)
    {
        using var checkpoint = SafetensorsCheckpoint.Open(path);
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
        var single = file == NamedWeights.File;
        var download = new HubDownload(
            client, _options, new Uri(_options.Address, weights.AddressOf(file)), cache.PathOf(weights, file), progress);
        return download.RunAsync(
            single ? weights.Size : null,
            single ? weights.Sha256 : null,
            file == NamedWeights.IndexFile ? path => SafetensorsIndex.Read(path) : path => SafetensorsFile.Open(path).Dispose(),
            cancellation);
    }
}
