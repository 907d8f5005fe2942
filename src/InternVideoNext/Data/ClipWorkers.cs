using System.Collections.Concurrent;

namespace InternVideoNext.Data;

/// <summary>
/// A few threads of their own that run tasks in the order given. Reading a pipe blocks its thread, so these are not taken
/// from the pool, which other code needs.
/// </summary>
internal sealed class ClipWorkers : IAsyncDisposable
{
    private readonly BlockingCollection<Task> _tasks = [];
    private readonly CancellationTokenSource _stop;
    private readonly Task[] _threads;

    public ClipWorkers(int count, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _threads = [
            .. Enumerable.Range(0, count)
            .Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <summary>Ends the tasks in progress; those not yet begun never are.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Queues work. Its exceptions are the task's.</summary>
    public Task<T> Run<T>(Func<T> work)
    {
        var task = new Task<T>(work);
        _tasks.Add(task);
        return task;
    }

    /// <summary>Stops the work and waits until every thread, and with it every process, has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var thread in _threads) await thread.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tasks.Dispose();
        _stop.Dispose();
    }

    private void Work()
    {
        foreach (var task in _tasks.GetConsumingEnumerable(_stop.Token)) task.RunSynchronously(TaskScheduler.Default);
    }
}
