using System.Diagnostics;
using System.Threading.Channels;
using InternVideoNext.Data;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training;

/// <summary>
/// Hands batches from a source, which is read elsewhere, to the thread that trains, through a channel with room for one; and lets go of
/// the source cleanly, also while a read is under way.
/// </summary>
internal sealed class BatchReader : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ClipBatch> _batches =
        Channel.CreateBounded<ClipBatch>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });

    private readonly Task _reading;
    private TimeSpan _reported;

    /// <param name="source">Where clips come from.</param>
    /// <param name="config">Clips of a batch, and the seed.</param>
    /// <param name="batches">The numbers of the batches, in order.</param>
    public BatchReader(IClipSource source, TrainingConfig config, IEnumerable<long> batches) =>
        _reading = Task.Run(() => ReadAsync(source.ReadTraining(config.BatchSize, config.Seed, batches, _stop.Token)));

    /// <summary>Time spent waiting for batches so far.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Time spent waiting since this was asked last.</summary>
    public TimeSpan TakeStepWait()
    {
        var since = Waited - _reported;
        _reported = Waited;
        return since;
    }

    /// <summary>
    /// Waits for the next batch. Null when <paramref name="cancellation"/> came first, also where a batch is ready, or the source ended.
    /// </summary>
    public ClipBatch? Next(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return null;
        var clock = Stopwatch.StartNew();
        try
        {
            var more = _batches.Reader.WaitToReadAsync(cancellation).AsTask().GetAwaiter().GetResult();
            return more && _batches.Reader.TryRead(out var batch) ? batch : null;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            Waited += clock.Elapsed;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _reading.GetAwaiter().GetResult();
        while (_batches.Reader.TryRead(out var batch)) batch.Dispose();
        _stop.Dispose();
    }

    // Room first, then the batch: none is in hand when the reading is stopped. The reader gets the source's error in a batch's place.
    private async Task ReadAsync(IAsyncEnumerable<ClipBatch> source)
    {
        var batches = source.GetAsyncEnumerator(CancellationToken.None);
        await using var _ = batches.ConfigureAwait(false);
        var reading = CopyAsync(batches);
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _batches.Writer.Complete(reading.Exception?.InnerException);
    }

    private async Task CopyAsync(IAsyncEnumerator<ClipBatch> batches)
    {
        while (await _batches.Writer.WaitToWriteAsync(_stop.Token).ConfigureAwait(false)
            && await batches.MoveNextAsync().ConfigureAwait(false)) _batches.Writer.TryWrite(batches.Current);
    }
}
