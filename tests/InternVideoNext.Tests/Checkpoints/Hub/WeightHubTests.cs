using System.Security.Cryptography;
using InternVideoNext.Checkpoints.Hub;
using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Checkpoints.Hub;

public sealed class WeightHubTests : IDisposable
{
    private static readonly NamedWeights Weights = new("test", "a test", "owner/name");

    private readonly TemporaryFolder _folder = new();
    private readonly HubServer _server = new();
    private readonly HttpClient _client = WeightHub.CreateClient();
    private readonly byte[] _file = SafetensorsOf(300_000);

    public WeightHubTests()
    {
        _server.Files["owner/name/resolve/main/model.safetensors"] = _file;
        _server.LinkedTag = Hash(_file);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_WholeFile_IsCheckedPutInPlaceAndNotFetchedAgain(bool redirects)
    {
        _server.Redirects = redirects;
        var fetched = await Hub().FetchAsync(Weights);
        Assert.Equal(_folder["test/model.safetensors"], fetched.Path);
        Assert.Equal(_file, File.ReadAllBytes(fetched.Path));
        Assert.Contains(
            $"size as the server states; SHA-256 {Hash(_file)} as the server states", Assert.Single(fetched.Files).Verification,
            StringComparison.Ordinal);
        Assert.Equal(["model.safetensors"], Directory.GetFiles(_folder["test"]).Select(Path.GetFileName));
        var requests = _server.Requests.Count;
        Assert.Equal(redirects ? 2 : 1, requests);

        Assert.False((await Hub().FetchAsync(Weights)).Files[0].Downloaded);
        Assert.Equal(requests, _server.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_BrokenTransfers_GoOnWhereTheyBroke(bool redirects)
    {
        (_server.Redirects, _server.Breaks) = (redirects, 2);
        var seen = new List<FetchProgress>();
        var fetched = await Hub().FetchAsync(Weights, new Synchronous(seen.Add));
        Assert.Equal(_file, File.ReadAllBytes(fetched.Path));
        Assert.Equal(
            2, _server.Requests.Count(
            request => request.StartsWith("owner", StringComparison.Ordinal) && request.Contains(" from ", StringComparison.Ordinal)));
        Assert.Equal(new FetchProgress("model.safetensors", _file.Length, _file.Length), seen[^1]);
    }

    [Fact]
    public async Task Fetch_BrokenForGood_KeepsThePartAndALaterCallGoesOn()
    {
        _server.Breaks = 3;
        var error = await Assert.ThrowsAsync<WeightFetchException>(() => Hub(attempts: 3).FetchAsync(Weights));
        Assert.Contains("(3 attempts). What came is kept", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsUnreachable);
        Assert.False(File.Exists(_folder["test/model.safetensors"]));
        Assert.True(File.Exists(_folder["test/model.safetensors.part"]));

        Assert.Equal(_file, File.ReadAllBytes((await Hub().FetchAsync(Weights)).Path));
        Assert.Contains(" from ", _server.Requests[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_FileChangedSinceThePart_BeginsAgain()
    {
        _server.Breaks = 1;
        await Assert.ThrowsAsync<WeightFetchException>(() => Hub(attempts: 1).FetchAsync(Weights));
        var other = SafetensorsOf(310_000);
        _server.Files["owner/name/resolve/main/model.safetensors"] = other;
        _server.LinkedTag = Hash(other);
        Assert.Equal(other, File.ReadAllBytes((await Hub().FetchAsync(Weights)).Path));
    }

    [Fact]
    public async Task Fetch_PartAsLongAsTheFile_BeginsAgain()
    {
        Directory.CreateDirectory(_folder["test"]);
        await File.WriteAllBytesAsync(_folder["test/model.safetensors.part"], _file);
        await File.WriteAllTextAsync(_folder["test/model.safetensors.part.tag"], "\"x\"");
        Assert.Equal(_file, File.ReadAllBytes((await Hub().FetchAsync(Weights)).Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_WrongHash_IsRefusedAndNotPutInPlace(bool statedByServer)
    {
        var wrong = new string('0', 64);
        if (statedByServer)
            _server.LinkedTag = wrong;
        var error = await Assert.ThrowsAsync<WeightFetchException>(
            () => Hub().FetchAsync(statedByServer ? Weights : Weights with { Sha256 = wrong }));
        Assert.Contains(
            $"its SHA-256 is {Hash(_file)}, but {(statedByServer ? "the server" : "this package")} states {wrong}", error.Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["test"]));
    }

    [Fact]
    public async Task Fetch_WrongSize_IsRefused()
    {
        var error = await Assert.ThrowsAsync<WeightFetchException>(() => Hub().FetchAsync(Weights with { Size = 5 }));
        Assert.Contains("but this package states 5", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["test"]));
    }

    [Fact]
    public async Task Fetch_AWebPageInsteadOfTheFile_IsRefused()
    {
        _server.LinkedTag = null;
        _server.Files["owner/name/resolve/main/model.safetensors"] = "<html>Please log in</html>"u8.ToArray();
        var error = await Assert.ThrowsAsync<WeightFetchException>(() => Hub().FetchAsync(Weights));
        Assert.Contains("it is a web page, not weights", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["test"]));
    }

    [Fact]
    public async Task Fetch_NoChecksumStated_SaysSo()
    {
        _server.LinkedTag = null;
        Assert.Equal("size as the server states; no checksum known", (await Hub().FetchAsync(Weights)).Files[0].Verification);
    }

    [Fact]
    public async Task Fetch_NeitherFileNorIndex_SaysSo()
    {
        var error = await Assert.ThrowsAsync<WeightFetchException>(() => Hub().FetchAsync(Weights with { Repository = "owner/other" }));
        Assert.Contains("owner/other: not found (404)", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsUnreachable);
    }

    [Fact]
    public async Task Fetch_ServiceUnavailable_TriesAgain()
    {
        _server.Unavailable = 2;
        Assert.Equal(_file, File.ReadAllBytes((await Hub().FetchAsync(Weights)).Path));
        _server.Unavailable = 9;
        var error = await Assert.ThrowsAsync<WeightFetchException>(() => Hub(attempts: 2).FetchAsync(Weights with { Name = "again" }));
        Assert.Contains("the server answered 503", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Shards_FetchesTheIndexAndEveryShardItNames()
    {
        const string Folder = "owner/name/resolve/main/";
        _server.LinkedTag = null;
        _server.Files.Clear();
        _server.Files[Folder + "model.safetensors.index.json"] = """{"weight_map":{"x":"s1.safetensors"}}"""u8.ToArray();
        _server.Files[Folder + "s1.safetensors"] = _file;
        var fetched = await Hub().FetchAsync(Weights);
        Assert.Equal(_folder["test/model.safetensors.index.json"], fetched.Path);
        Assert.Equal(2, fetched.Files.Count);
        Assert.Equal(fetched.Path, new WeightCache(_folder.Path).Locate(Weights));
        Assert.False((await Hub().FetchAsync(Weights)).Files[0].Downloaded);

        File.Delete(_folder["test/s1.safetensors"]);
        Assert.Null(new WeightCache(_folder.Path).Locate(Weights));
        _server.Files.Remove(Folder + "s1.safetensors");
        Assert.Contains(
            "although the index names this shard",
            (await Assert.ThrowsAsync<WeightFetchException>(() => Hub().FetchAsync(Weights))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_NoConnection_SaysWhichFileToPutWhere()
    {
        _server.Dispose();
        var error = await Assert.ThrowsAsync<WeightFetchException>(() => Hub(attempts: 2).FetchAsync(NamedWeights.Find("siglip2-giant")));
        Assert.True(error.IsUnreachable);
        Assert.Contains(
            "get model.safetensors of the repository google/siglip2-giant-opt-patch16-256", error.Message, StringComparison.Ordinal);
        Assert.Contains("/google/siglip2-giant-opt-patch16-256/resolve/main/model.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Contains($"put it at {_folder["siglip2-giant/model.safetensors"]}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Hub().FetchAsync(Weights, new Synchronous(_ => cancellation.Cancel()), cancellation.Token));
        Assert.False(File.Exists(_folder["test/model.safetensors"]));
    }

    [Fact]
    public void Cache_Folder_FollowsTheEnvironment()
    {
        static string Folder(Dictionary<string, string> variables) => WeightCache.FromEnvironment(variables.GetValueOrDefault).Folder;
        Assert.Equal("/a/b", Folder(new() { ["IVNEXT_CACHE"] = "/a/b", ["XDG_CACHE_HOME"] = "/x" }));
        Assert.Equal("/x/ivnext/weights", Folder(new() { ["XDG_CACHE_HOME"] = "/x", ["HOME"] = "/h" }));
        Assert.Equal("/h/.cache/ivnext/weights", Folder(new() { ["XDG_CACHE_HOME"] = "relative", ["HOME"] = "/h" }));
        Assert.True(Path.IsPathRooted(Folder(new() { ["XDG_CACHE_HOME"] = "relative", ["HOME"] = "relative" })));
    }

    [Fact]
    public void NamedWeights_UnknownName_ListsTheKnownOnes() =>
        Assert.Contains(
            "internvideo-next-base, internvideo-next-large", Assert.Throws<ArgumentException>(() => NamedWeights.Find("base")).Message,
            StringComparison.Ordinal);

    private static byte[] SafetensorsOf(int bytes)
    {
        var file = RawSafetensors.Bytes("""{"x":{"dtype":"U8","shape":[""" + bytes + """],"data_offsets":[0,""" + bytes + "]}}", bytes);
        var random = new DeterministicRandom((ulong)bytes);
        for (var i = file.Length - bytes; i < file.Length; i++)
            file[i] = (byte)random.NextInt(256);
        return file;
    }

    private static string Hash(byte[] content) => Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();

    private WeightHub Hub(int attempts = 5) =>
        new(_client, new WeightCache(_folder.Path),
        new WeightHubOptions { Address = _server.Address, Attempts = attempts, FirstDelay = TimeSpan.FromMilliseconds(1) });

    private sealed class Synchronous(Action<FetchProgress> report) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => report(value);
    }
}
