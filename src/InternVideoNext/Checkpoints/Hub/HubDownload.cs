using System.Net;
using System.Security.Cryptography;

namespace InternVideoNext.Checkpoints.Hub;

/// <summary>
/// The download of one file: into <c>NAME.part</c>, whose content's tag is remembered in <c>NAME.part.tag</c> so that a broken
/// transfer goes on where it broke, and only if the file is still the same one; checked; then renamed.
/// </summary>
internal sealed class HubDownload(
    HttpClient client, WeightHubOptions options, Uri address, string target, IProgress<FetchProgress>? progress)
{
    private readonly string _part = target + ".part";
    private readonly string _tagFile = target + ".part.tag";

    /// <summary>Downloads, checks and puts the file in place.</summary>
    /// <param name="size">The bytes it must have, or null to take the server's word.</param>
    /// <param name="sha256">The SHA-256 it must have, or null to take the server's word.</param>
    /// <param name="check">A last look at the whole file's content; throws if it isn't what it should be.</param>
    /// <param name="cancellation">Stops the download; what has come is kept.</param>
    /// <returns>The file, or null if the server has none (404).</returns>
    /// <exception cref="WeightFetchException">It could not be fetched, or isn't what it should be.</exception>
    public async Task<FetchedFile?> RunAsync(long? size, string? sha256, Action<string> check, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var answer = await AskAsync(cancellation).ConfigureAwait(false);
                if (answer is null)
                    return null;
                await ReceiveAsync(answer, cancellation).ConfigureAwait(false);
                return Finish(answer, size, sha256, check);
            }
            catch (Exception e) when (IsBroken(e, cancellation))
            {
                if (attempt == options.Attempts)
                    throw new WeightFetchException(
                        $"{address}: {e.Message} ({attempt} attempts). What came is kept; the same command goes on from there.",
                        isUnreachable: e is HttpRequestException { StatusCode: null }, e);
                await Task.Delay(options.FirstDelay * Math.Pow(2, attempt - 1), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static bool IsBroken(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or HttpIOException && !cancellation.IsCancellationRequested;

    private long Resumable => File.Exists(_part) && File.Exists(_tagFile) ? new FileInfo(_part).Length : 0;

    private async Task<HubAnswer?> AskAsync(CancellationToken cancellation)
    {
        var offset = Resumable;
        var answer = await HubAnswer.AskAsync(client, address, offset, options.StallLimit, cancellation).ConfigureAwait(false);
        var usable = answer.Status switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.PartialContent =>
                answer.Range?.From == offset && answer.Tag is not null
                && answer.Tag == await File.ReadAllTextAsync(_tagFile, cancellation).ConfigureAwait(false),
            _ => false,
        };
        if (usable)
            return answer;
        using (answer)
        {
            if (answer.Status == HttpStatusCode.NotFound)
                return null;
            if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                throw new WeightFetchException($"{address}: refused ({(int)answer.Status}): the repository is private, gated or gone.");
            if (offset == 0 || answer.Status is not (HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable))
                throw new HttpRequestException($"the server answered {(int)answer.Status} {answer.Status}", null, answer.Status);
        }

        // Another file by now, or a part as long as the whole: begin again.
        Discard();
        return await AskAsync(cancellation).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(HubAnswer answer, CancellationToken cancellation)
    {
        await using var file = new FileStream(_part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        if (answer.Status == HttpStatusCode.PartialContent)
            file.Seek(0, SeekOrigin.End);
        else
            file.SetLength(0);
        if (answer.Tag is null)
            File.Delete(_tagFile);
        else
            await File.WriteAllTextAsync(_tagFile, answer.Tag, cancellation).ConfigureAwait(false);
        await using var content = await answer.OpenAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        while (await ReadAsync(content, buffer, cancellation).ConfigureAwait(false) is var count and > 0)
        {
            await file.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            progress?.Report(new FetchProgress(Path.GetFileName(target), file.Position, answer.Total));
        }

        file.Flush(flushToDisk: true);
        if (answer.Total is { } total && file.Position < total)
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"the connection ended after {file.Position} of {total} bytes");
    }

    /// <summary>Reads a block; a fault of the connection is told from one of the disk by its type.</summary>
    private async Task<int> ReadAsync(Stream content, byte[] buffer, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(options.StallLimit);
        try
        {
            return await content.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpIOException(
                HttpRequestError.ResponseEnded, $"the connection brought nothing for {options.StallLimit.TotalSeconds} s", e);
        }
        catch (IOException e)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"the connection broke: {e.Message}", e);
        }
    }

    private FetchedFile Finish(HubAnswer answer, long? size, string? sha256, Action<string> check)
    {
        var length = new FileInfo(_part).Length;
        var (expectedLength, lengthBy) = size is null ? (answer.Total, "the server") : (size, "this package");
        var (expectedHash, hashBy) = sha256 is null ? (answer.LinkedHash, "the server") : (sha256, "this package");
        if (expectedLength is not null && length != expectedLength)
            throw Refuse($"{length} bytes came, but {lengthBy} states {expectedLength}");
        if (expectedHash is not null && Hash() is var hash && hash != expectedHash)
            throw Refuse($"its SHA-256 is {hash}, but {hashBy} states {expectedHash}");
        try
        {
            check(_part);
        }
        catch (SafetensorsException e)
        {
            throw Refuse(e.Problem);
        }
        catch (TensorFileException e)
        {
            throw Refuse(e.Problem);
        }

        File.Move(_part, target, overwrite: true);
        File.Delete(_tagFile);
        var checkedSize = expectedLength is null ? "no size known" : $"size as {lengthBy} states";
        var checkedHash = expectedHash is null ? "no checksum known" : $"SHA-256 {expectedHash} as {hashBy} states";
        return new FetchedFile(target, length, Downloaded: true, $"{checkedSize}; {checkedHash}");
    }

    private string Hash()
    {
        using var stream = File.OpenRead(_part);
        return Convert.ToHexString(SHA256.HashData(stream)).ToLowerInvariant();
    }

    private WeightFetchException Refuse(string problem)
    {
        Discard();
        return new WeightFetchException($"{address}: {problem}. The download was thrown away; nothing was put at {target}.");
    }

    private void Discard()
    {
        File.Delete(_part);
        File.Delete(_tagFile);
    }
}
