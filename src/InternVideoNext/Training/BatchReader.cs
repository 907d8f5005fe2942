using System.Diagnostics;
using InternVideoNext.Data;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training;

/// <summary>Reads batches from a source and lets go of it cleanly, also while a read is under way.</summary>
internal sealed class BatchReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<ClipBatch> _batches;
    private Task<bool>? _reading;
    private TimeSpan _reported;

    public BatchReader(IClipSource source, TrainingConfig config, IEnumerable<long> batches) =>
        _batches = source.ReadTraining(config.BatchSize, config.Seed, batches, _stop.Token).GetAsyncEnumerator(CancellationToken.None);

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
    /// The next batch, or null when <paramref name="cancellation"/> came first, or the source ended. After null, only dispose.
    /// </summary>
    public async ValueTask<ClipBatch?> NextAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return null; // also where a batch is ready
        var clock = Stopwatch.StartNew();
        try
        {
            _reading = _batches.MoveNextAsync().AsTask();
            var more = await _reading.WaitAsync(cancellation).ConfigureAwait(false);
            _reading = null;
            return more ? _batches.Current : null;
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

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_reading is { } reading)
        {
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reading.IsCompletedSuccessfully && reading.Result) _batches.Current.Dispose();
        }
        await _batches.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
