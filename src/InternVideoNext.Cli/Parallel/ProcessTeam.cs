using System.Globalization;
using System.Net;
using InternVideoNext.Recipes;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Cli.Parallel;

/// <summary>This process among those that train a run, with the ones that it has started itself.</summary>
internal sealed class ProcessTeam : IAsyncDisposable
{
    // A process that has lost its connections ends at its next step.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<RankProcess> _started;

    private ProcessTeam(IProcessGroup group, IReadOnlyList<RankProcess> started) => (Group, _started) = (group, started);

    public IProcessGroup Group { get; }

    /// <summary>Meets the other processes, starting them where that is the plan.</summary>
    /// <param name="plan">How many, and which this is.</param>
    /// <param name="words">The words after the program's name that this process was given.</param>
    /// <param name="training">The run.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProcessLostException">One ended, or did not come.</exception>
    /// <exception cref="Foundation.ConfigurationException">The address cannot be used, or a process came with another plan.</exception>
    public static async Task<ProcessTeam> OpenAsync(
        ProcessPlan plan, IReadOnlyList<string> words, TrainingConfig training, CancellationToken cancellation)
    {
        if (plan.Size == 1) return new ProcessTeam(new SingleProcess(), []);
        plan.LimitThreads(training);
        if (plan.Launches) return await LaunchAsync(plan, words, training, cancellation).ConfigureAwait(false);
        return new ProcessTeam(ProcessGroups.ForDevice(await MeetAsync(plan, cancellation).ConfigureAwait(false), training.Device), []);
    }

    /// <summary>Leaves the others, and waits for those started here.</summary>
    /// <param name="code">This process's exit code.</param>
    /// <returns>That code, or where it is 0 the first other one.</returns>
    public async Task<int> EndAsync(int code)
    {
        await CloseAsync().ConfigureAwait(false);
        return code != ExitCode.Done ? code : _started.Select(p => p.ExitCode).FirstOrDefault(c => c != ExitCode.Done);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        foreach (var process in _started) process.Dispose();
    }

    private async Task CloseAsync()
    {
        Group.Dispose();
        foreach (var process in _started) await process.EndAsync(Patience).ConfigureAwait(false);
    }

    private static async Task<SocketProcessGroup> MeetAsync(ProcessPlan plan, CancellationToken cancellation)
    {
        if (plan.Rank > 0) return await SocketProcessGroup.JoinAsync(plan.Address!, plan.Rank, plan.Size, cancellation)
            .ConfigureAwait(false);
        using var listener = SocketProcessGroup.Listen(plan.Address!);
        return await SocketProcessGroup.HostAsync(listener, plan.Size, cancellation).ConfigureAwait(false);
    }

    private static async Task<ProcessTeam> LaunchAsync(
        ProcessPlan plan, IReadOnlyList<string> words, TrainingConfig training, CancellationToken cancellation)
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var address = ((IPEndPoint)listener.LocalEndPoint!).ToString();
        var started = new List<RankProcess>();
        ProcessTeam? team = null;
        try
        {
            for (var rank = 1; rank < plan.Size; rank++)
                started.Add(
                    RankProcess.Start(
                    rank, [.. words, ProcessPlan.RankOption.Name, rank.ToString(CultureInfo.InvariantCulture),
                    ProcessPlan.AddressOption.Name, address], plan.EnvironmentOf(rank, training)));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var meeting = SocketProcessGroup.HostAsync(listener, plan.Size, stop.Token);
            var ended = await Task.WhenAny([meeting, .. started.Select(p => p.Exited)]).ConfigureAwait(false);
            if (ended != meeting) await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)meeting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!meeting.IsCompletedSuccessfully && started.Find(p => p.Exited == ended) is { } gone)
                throw new ProcessLostException(gone.Rank, plan.Size, $"it ended with code {gone.ExitCode} before all had met");
            return team = new ProcessTeam(ProcessGroups.ForDevice(await meeting.ConfigureAwait(false), training.Device), started);
        }
        finally
        {
            if (team is null)
            {
                foreach (var process in started) await process.EndAsync(TimeSpan.Zero).ConfigureAwait(false);
            }
        }
    }
}
