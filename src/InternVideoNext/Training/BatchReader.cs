using InternVideoNext.Data;

namespace InternVideoNext.Training;

/// <summary>Reads batches from a source and lets go of it cleanly, also while a read is under way.</summary>
internal sealed class BatchReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<ClipBatch> _batches;
    private Task<bool>? _reading;

    public BatchReader(IClipSource source, TrainingConfig config, long firstStep) =>
        _batches = source.ReadTraining(config.BatchSize, config.Seed, firstStep, _stop.Token).GetAsyncEnumerator(CancellationToken.None);

    /// <summary>The next batch, or null when <paramref name="cancellation"/> came first or the source ended.</summary>
    public async ValueTask<ClipBatch?> NextAsync(CancellationToken cancellation)
    {
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
