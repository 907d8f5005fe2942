using System.Net;
using System.Net.Http.Headers;

namespace InternVideoNext.Checkpoints.Hub;

/// <summary>The answer to one request for a file, after redirections, with what the hub said about the file on the way.</summary>
internal sealed class HubAnswer : IDisposable
{
    private const int MostRedirections = 8;

    private readonly HttpResponseMessage _response;

    private HubAnswer(HttpResponseMessage response, string? hubTag, long? linkedSize)
    {
        _response = response;
        Tag = hubTag ?? response.Headers.ETag?.ToString();
        LinkedHash = hubTag?.Trim('"').ToLowerInvariant() is { Length: 64 } hash && hash.All(char.IsAsciiHexDigit) ? hash : null;
        Total = linkedSize ?? Range?.Length ?? (response.StatusCode == HttpStatusCode.OK ? response.Content.Headers.ContentLength : null);
    }

    /// <summary>The final status.</summary>
    public HttpStatusCode Status => _response.StatusCode;

    /// <summary>What identifies the file's content: the hub's own tag of it, or the final server's. Null if neither gives one.</summary>
    public string? Tag { get; }

    /// <summary>The content's SHA-256 in lower-case hexadecimal: the hub's tag of large files. Null if it sent none.</summary>
    public string? LinkedHash { get; }

    /// <summary>Bytes of the whole file, or null if unknown.</summary>
    public long? Total { get; }

    /// <summary>The part that a partial answer holds.</summary>
    public ContentRangeHeaderValue? Range => _response.Content.Headers.ContentRange;

    /// <summary>Asks for a file from a byte on.</summary>
    /// <param name="client">The client; it may follow redirections itself, but then the hub's checksum is lost.</param>
    /// <param name="address">The file's address.</param>
    /// <param name="offset">The first byte wanted.</param>
    /// <param name="limit">Time within which each answer must begin.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="HttpRequestException">No connection, or no answer in time.</exception>
    /// <exception cref="WeightFetchException">Too many redirections, or one to an insecure address.</exception>
    public static async Task<HubAnswer> AskAsync(
        HttpClient client, Uri address, long offset, TimeSpan limit, CancellationToken cancellation)
    {
        string? tag = null;
        long? size = null;
        var target = address;
        for (var hop = 0; hop <= MostRedirections; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ivnext", null));
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            if (offset > 0)
                request.Headers.Range = new RangeHeaderValue(offset, null);
            var response = await SendAsync(client, request, limit, cancellation).ConfigureAwait(false);
            tag ??= Header(response, "X-Linked-Etag") ?? (hop == 0 ? response.Headers.ETag?.Tag : null);
            size ??= long.TryParse(Header(response, "X-Linked-Size"), out var linked) && linked >= 0 ? linked : null;
            if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } location)
                return new HubAnswer(response, tag, size);
            response.Dispose();
            target = new Uri(target, location);
            if (target.Scheme != Uri.UriSchemeHttps && target.Scheme != address.Scheme)
                throw new WeightFetchException(
                    $"{address}: redirected to {target.Scheme}://{target.Host}, which is not secure; nothing was fetched.");
        }

        throw new WeightFetchException($"{address}: more than {MostRedirections} redirections.");
    }

    /// <summary>The content's stream.</summary>
    public Task<Stream> OpenAsync(CancellationToken cancellation) => _response.Content.ReadAsStreamAsync(cancellation);

    /// <summary>Ends the connection.</summary>
    public void Dispose() => _response.Dispose();

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpRequestMessage request, TimeSpan limit, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"no answer from {request.RequestUri!.Host} within {limit.TotalSeconds} s", e);
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
