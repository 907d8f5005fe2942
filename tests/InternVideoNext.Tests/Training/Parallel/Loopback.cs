using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Tests.Training.Parallel;

/// <summary>The processes of a group as threads of this one, joined by TCP as processes are.</summary>
internal static class Loopback
{
    public const string Token = "a secret that nobody knows";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Runs the same work at every rank, each on a thread of its own; a rank leaves the group when its work ends, in whatever way.
    /// </summary>
    public static async Task<Task<T>[]> RunAsync<T>(int size, Func<IProcessGroup, Task<T>> work)
    {
        var groups = await JoinAsync(size);
        Task<T>[] ranks = [
            .. groups.Select(
            group => Task.Factory.StartNew(
            () => Work(group), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await ((Task)Task.WhenAll(ranks)).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.All(ranks, rank => Assert.True(rank.IsCompleted, "it hangs"));
        return ranks;

        T Work(IProcessGroup group)
        {
            using (group) return work(group).GetAwaiter().GetResult();
        }
    }

    /// <summary>What the work gives at every rank, in order.</summary>
    public static async Task<T[]> ResultsAsync<T>(int size, Func<IProcessGroup, T> work) =>
        await Task.WhenAll(await RunAsync(size, group => Task.FromResult(work(group))));

    /// <param name="size">How many.</param>
    /// <param name="options">How long each rank's calls wait.</param>
    public static async Task<SocketProcessGroup[]> JoinAsync(int size, Func<int, CollectiveOptions>? options = null)
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var place = new MeetingPlace(listener.LocalEndPoint!.ToString()!, Token);
        return await Task.WhenAll([SocketProcessGroup.HostAsync(listener, size, Token, options?.Invoke(0), default),
            .. Enumerable.Range(1, size - 1).Select(
                rank => SocketProcessGroup.JoinAsync(place, rank, size, options?.Invoke(rank), default))]);
    }
}
