using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// Accepts connections and reads their greetings at the same time, so that one who connects and says nothing keeps nobody waiting.
/// </summary>
internal sealed class Greetings : IAsyncDisposable
{
    /// <summary>How long a process may take to greet.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private const int MostAtATime = 128;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly byte[] _key;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _places = new(MostAtATime);
    private readonly Channel<Greeting> _read = Channel.CreateUnbounded<Greeting>();
    private readonly ConcurrentDictionary<Socket, Task> _reading = new();
    private readonly Task _accepting;

    /// <param name="listener">Stays the caller's.</param>
    /// <param name="key">The run's.</param>
    public Greetings(Socket listener, byte[] key)
    {
        (_listener, _key) = (listener, key);
        _accepting = AcceptAsync();
    }

    /// <summary>The next process that has proven to be of this run; strangers are turned away.</summary>
    /// <exception cref="SocketException">The listener is closed.</exception>
    public ValueTask<Greeting> NextAsync(CancellationToken cancellation) => _read.Reader.ReadAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_reading.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_read.Reader.TryRead(out var unheard)) unheard.Socket.Dispose();
        _closing.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            await _places.WaitAsync(_closing.Token).ConfigureAwait(false);
            try
            {
                var socket = await _listener.AcceptAsync(_closing.Token).ConfigureAwait(false);
                _reading[socket] = Task.Run(() => ReadAsync(socket));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset
                or SocketError.TooManyOpenSockets)
            {
                _places.Release();
                await Task.Delay(Pause, _closing.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                _read.Writer.Complete(e);
                return;
            }
        }
    }

    private async Task ReadAsync(Socket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        limit.CancelAfter(Limit);
        Greeting? greeting = null;
        try
        {
            greeting = await Greeting.ReadAsync(socket, _key, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // It broke off, or said nothing.
        }
        if (greeting is null || !_read.Writer.TryWrite(greeting)) socket.Dispose();
        _reading.TryRemove(socket, out _);
        _places.Release();
    }
}
