using System.Globalization;
using System.Net;
using System.Net.Sockets;
using InternVideoNext.Data;
using InternVideoNext.Recipes;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Cli.Parallel;

/// <summary>This process among those that train a run, with the ones that it has started itself.</summary>
internal sealed class ProcessTeam : IAsyncDisposable
{
    // A process that has lost its connections ends at its next step; after a failure nobody waits long for that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), PatienceAfterFailure = TimeSpan.FromSeconds(10);

    private readonly IReadOnlyList<RankProcess> _started;

    private ProcessTeam(IProcessGroup group, IReadOnlyList<RankProcess> started) => (Group, _started) = (group, started);

    public IProcessGroup Group { get; }

    /// <summary>This process's part of the machine's cores.</summary>
    public int Cores { get; private set; } = Environment.ProcessorCount;

    /// <summary>Meets the other processes, starting them where that is the plan.</summary>
    /// <param name="plan">How many, and which this is.</param>
    /// <param name="words">The words after the program's name that this process was given.</param>
    /// <param name="training">The run.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProcessLostException">One ended, or did not come.</exception>
    /// <exception cref="Foundation.ConfigurationException">The address cannot be used, or this process was turned away.</exception>
    /// <exception cref="NcclMissingException">The run is on GPUs, and NCCL is not everywhere.</exception>
    /// <exception cref="MpiMissingException">MPI is wanted, and is not here.</exception>
    public static async Task<ProcessTeam> OpenAsync(
        ProcessPlan plan, IReadOnlyList<string> words, TrainingConfig training, CancellationToken cancellation)
    {
        if (plan.Size == 1) return new ProcessTeam(new SingleProcess(), []);
        var team = plan.Launches ? await LaunchAsync(plan, words, training, cancellation).ConfigureAwait(false)
            : new ProcessTeam(plan.UsesMpi ? ProcessGroups.OverMpi(plan.Rank, plan.Size, plan.Collectives(cancellation))
                : ProcessGroups.ForDevice(await MeetAsync(plan, cancellation).ConfigureAwait(false), training.Device), []);
        try
        {
            team.Cores = CoreShare.Of(team.Group);
            plan.LimitThreads(training, team.Cores);
            return team;
        }
        catch (ProcessLostException)
        {
            await team.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The part of the machine's cores that reads clips for this process.</summary>
    public DataConfig ShareOf(DataConfig data) => data.Workers > 0 ? data : data with { Workers = Cores };

    /// <summary>Leaves the others, and waits for those started here.</summary>
    /// <param name="code">This process's exit code.</param>
    /// <returns>That code, or where it is 0 the first other one.</returns>
    public async Task<int> EndAsync(int code)
    {
        await CloseAsync(Patience).ConfigureAwait(false);
        return code != ExitCode.Done ? code : _started.Select(p => p.ExitCode).FirstOrDefault(c => c != ExitCode.Done);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync(PatienceAfterFailure).ConfigureAwait(false);
        foreach (var process in _started) process.Dispose();
    }

    private async Task CloseAsync(TimeSpan patience)
    {
        Group.Dispose();
        foreach (var process in _started) await process.EndAsync(patience).ConfigureAwait(false);
    }

    private static Task<SocketProcessGroup> MeetAsync(ProcessPlan plan, CancellationToken cancellation) =>
        plan.Place is { } place ? MeetAsync(plan, place, cancellation) : MeetAsync(plan, new MeetingFile(plan.Launch!), cancellation);

    private static async Task<SocketProcessGroup> MeetAsync(ProcessPlan plan, MeetingPlace place, CancellationToken cancellation)
    {
        var options = plan.Collectives(cancellation);
        if (plan.Rank > 0) return await SocketProcessGroup.JoinAsync(place, plan.Rank, plan.Size, options, cancellation)
            .ConfigureAwait(false);
        using var listener = SocketProcessGroup.Listen(place.Address);
        if (IsUnexpectedLoopback(listener, place.Address)) await Console.Error.WriteLineAsync(
            $"ivnext: {place.Address} is of the loopback interface on this machine: no process of another machine can come; name a "
            + "network's address").ConfigureAwait(false);
        return await SocketProcessGroup.HostAsync(listener, plan.Size, place.Token, options, cancellation).ConfigureAwait(false);
    }

    private static async Task<SocketProcessGroup> MeetAsync(ProcessPlan plan, MeetingFile file, CancellationToken cancellation)
    {
        var options = plan.Collectives(cancellation);
        if (plan.Rank > 0) return await SocketProcessGroup.JoinAsync(file.FindAsync, plan.Rank, plan.Size, options, cancellation)
            .ConfigureAwait(false);
        using var listener = file.Open(out var token);
        try
        {
            return await SocketProcessGroup.HostAsync(listener, plan.Size, token, options, cancellation).ConfigureAwait(false);
        }
        finally
        {
            file.Close();
        }
    }

    // Some systems give their own host name a loopback address.
    private static bool IsUnexpectedLoopback(Socket listener, string address)
    {
        var host = address[..address.LastIndexOf(':')].Trim('[', ']');
        return host != "localhost" && !IPAddress.TryParse(host, out _)
            && IPAddress.IsLoopback(((IPEndPoint)listener.LocalEndPoint!).Address);
    }

    private static async Task<ProcessTeam> LaunchAsync(
        ProcessPlan plan, IReadOnlyList<string> words, TrainingConfig training, CancellationToken cancellation)
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var place = new MeetingPlace(((IPEndPoint)listener.LocalEndPoint!).ToString(), MeetingPlace.NewToken());
        var started = new List<RankProcess>();
        ProcessTeam? team = null;
        try
        {
            for (var rank = 1; rank < plan.Size; rank++)
                started.Add(
                    RankProcess.Start(
                    rank, [.. words, ProcessPlan.RankOption.Name, rank.ToString(CultureInfo.InvariantCulture),
                    ProcessPlan.AddressOption.Name, place.Address], plan.EnvironmentOf(rank, training, place.Token)));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var meeting = SocketProcessGroup.HostAsync(listener, plan.Size, place.Token, plan.Collectives(cancellation), stop.Token);
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
