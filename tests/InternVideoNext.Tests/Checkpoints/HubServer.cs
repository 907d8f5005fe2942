using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>A local stand-in for the hub: files by path, with its headers and redirections, and faults on demand.</summary>
internal sealed class HubServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly List<string> _requests = [];

    public HubServer()
    {
        Address = new Uri($"http://127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    /// <summary>Path to content.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Whether a file's address redirects to its content elsewhere, with the hub's headers on the redirection.</summary>
    public bool Redirects { get; set; }

    /// <summary>What the hub says of every file.</summary>
    public string? LinkedTag { get; set; }

    /// <summary>How many answers still break off half-way.</summary>
    public int Breaks { get; set; }

    /// <summary>How many answers are still "service unavailable".</summary>
    public int Unavailable { get; set; }

    /// <summary>"path" or "path from N", in order.</summary>
    public IReadOnlyList<string> Requests => _requests;

    public void Dispose()
    {
        if (!_listener.IsListening)
            return;
        _listener.Stop();
        _serving.Wait();
        _listener.Close();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Answer(context);
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var path = request.Url!.AbsolutePath.TrimStart('/');
        var from = request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        _requests.Add(from == 0 ? path : $"{path} from {from}");
        var elsewhere = path.StartsWith("cdn/", StringComparison.Ordinal);
        var known = Files.TryGetValue(elsewhere ? path["cdn/".Length..] : path, out var content);
        if (LinkedTag is not null && !elsewhere)
            response.AddHeader("X-Linked-Etag", $"\"{LinkedTag}\"");
        if (!known || Unavailable > 0)
        {
            response.StatusCode = known ? 503 : 404;
            Unavailable -= known ? 1 : 0;
            response.Close();
        }
        else if (Redirects && !elsewhere)
        {
            response.AddHeader("X-Linked-Size", content!.Length.ToString(CultureInfo.InvariantCulture));
            response.Redirect("/cdn/" + path);
            response.Close();
        }
        else
        {
            Send(response, content!, from);
        }
    }

    private void Send(HttpListenerResponse response, byte[] content, int from)
    {
        if (from >= content.Length && from > 0)
        {
            response.StatusCode = 416;
            response.Close();
            return;
        }

        if (from > 0)
        {
            response.StatusCode = 206;
            response.AddHeader("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}");
        }

        response.ContentLength64 = content.Length - from;
        var broken = Breaks-- > 0;
        response.OutputStream.Write(content, from, broken ? (content.Length - from) / 2 : content.Length - from);
        response.OutputStream.Flush();
        if (broken)
            response.Abort();
        else
            response.Close();
    }
}
