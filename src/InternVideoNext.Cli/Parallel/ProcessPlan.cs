using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Training.Parallel;
using TorchSharp;

namespace InternVideoNext.Cli.Parallel;

/// <summary>How many processes train a run, and which of them this is.</summary>
/// <param name="Size">How many.</param>
/// <param name="Rank">This one; the first, 0, keeps the run's folder.</param>
internal sealed partial record ProcessPlan(int Size, int Rank)
{
    private const int Most = 4096;
    private const string ThreadsVariable = "OMP_NUM_THREADS", GpusVariable = "CUDA_VISIBLE_DEVICES";
    private const double LongestTimeout = 7 * 24 * 3600;

    public static readonly Option<int?> Processes = new("--processes")
    {
        Description = "How many processes share the steps: one a GPU (cuda:0, cuda:1, ...), or of the machine's cores. They are started "
        + "here, unless torchrun, mpirun, srun or --rank and --address say that they are. [default: 1]"
    };
    public static readonly Option<int?> RankOption = new("--rank")
    { Description = "This process is one of --processes, from 0, each started by its own command: for several machines." };
    public static readonly Option<string?> AddressOption = new("--address")
    {
        Description = $"Where processes with a --rank meet: HOST:PORT of the machine that runs rank 0. All need the same secret in "
        + $"{MeetingPlace.TokenVariable}."
    };
    public static readonly Option<string> TransportOption = new("--transport")
    {
        DefaultValueFactory = _ => "auto",
        Description = "How gradients travel: auto (TCP between CPUs, NCCL between GPUs), or mpi (between CPUs, under mpirun)."
    };
    public static readonly Option<double> TimeoutOption = new("--collective-timeout")
    {
        DefaultValueFactory = _ => CollectiveOptions.DefaultTimeout.TotalSeconds,
        Description = "Seconds after which a process that says nothing ends the run."
    };

    /// <summary>All of them, for a command that trains.</summary>
    public static IReadOnlyList<Option> Options { get; } = [Processes, RankOption, AddressOption, TransportOption, TimeoutOption];

    /// <summary>What a launcher said; null where none did.</summary>
    public LaunchEnvironment? Launch { get; init; }

    /// <summary>Where they meet, if that is known beforehand.</summary>
    public MeetingPlace? Place { get; init; }

    /// <summary>Whether MPI joins them.</summary>
    public bool UsesMpi { get; init; }

    /// <summary>How long a process may say nothing.</summary>
    public TimeSpan Timeout { get; init; } = CollectiveOptions.DefaultTimeout;

    /// <summary>Whether the others are this process's to start.</summary>
    public bool Launches => Size > 1 && Place is null && Launch is null;

    /// <param name="parsed">The command line.</param>
    /// <param name="variable">Gives a variable of the environment.</param>
    /// <exception cref="ConfigurationException">The options do not go together, or not with the environment.</exception>
    public static ProcessPlan Of(ParseResult parsed, Func<string, string?> variable)
    {
        var (size, rank, address) = (parsed.GetValue(Processes), parsed.GetValue(RankOption), parsed.GetValue(AddressOption));
        if (size is < 1 or > Most) throw new ConfigurationException($"--processes {size}: it must lie in 1..{Most}");
        if (rank is null != address is null) throw new ConfigurationException(
            "--rank and --address go together: each process of several machines is given its --rank, the number of --processes and the "
            + "--address of rank 0; on one machine --processes alone starts them all");
        var launch = LaunchEnvironment.Read(variable);
        var plan = rank is { } given ? ByHand(size ?? 1, given, address!, launch, variable)
            : launch is not null ? Launched(size, launch) : Alone(size, variable);
        return (plan with
        {
            UsesMpi = IsMpi(parsed.GetValue(TransportOption)!),
            Timeout = TimeoutOf(parsed.GetValue(TimeoutOption)),
        }).WithPlace(variable);
    }

    /// <summary>Refuses to run alone what a launcher has started several times.</summary>
    /// <exception cref="ConfigurationException">A launcher started more than one process.</exception>
    public static void RequireAlone(string command, Func<string, string?> variable)
    {
        if (LaunchEnvironment.Read(variable) is { } launch) throw new ConfigurationException(
            $"{launch.Launcher} started {launch.Size} processes, but {command} is the work of one: each would do all of it. Start it by "
            + "itself");
    }

    /// <summary>Makes this process's GPU the only one that it sees; before CUDA is first used.</summary>
    public void SelectGpu(TrainingConfig training)
    {
        if (Launch is null || training.Device != "cuda") return;
        var visible = VisibleGpus();
        // A launcher that binds GPUs itself leaves one.
        if (visible.Length == 1) return;
        var own = GpuOf(Launch.LocalRank, visible);
        Environment.SetEnvironmentVariable(GpusVariable, own);
        if (!OperatingSystem.IsWindows()) _ = SetVariable(GpusVariable, own, 1); // .NET keeps its own copy, CUDA reads the process's
    }

    /// <summary>Checks that the run can be trained this way.</summary>
    /// <exception cref="ConfigurationException">It cannot; the message says what would do.</exception>
    public void Check(TrainingConfig training)
    {
        StepShare.Check(training, Size);
        if (Size == 1 || training.Device == "cpu") return;
        if (UsesMpi) throw new ConfigurationException("--transport mpi is for CPUs: gradients travel between GPUs by NCCL");
        if (training.Device != "cuda")
            throw new ConfigurationException(
                $"training.device is {training.Device}, but each of {Size} processes has a GPU of its own: name cuda, and choose among "
                + $"the machine's GPUs by {GpusVariable} in the environment");
        var here = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (Launches && here < Size)
            throw new ConfigurationException(
                $"--processes {Size} on cuda wants as many GPUs, but libtorch sees {here} here; see ./ivnext doctor");
    }

    /// <summary>How long the calls of the group wait.</summary>
    /// <param name="stop">Asks the run to stop.</param>
    public CollectiveOptions Collectives(CancellationToken stop) => new()
    {
        Timeout = Timeout,
        // The first process never waits for another's checkpoint: there a stop shortens the wait.
        Stop = Rank == 0 ? stop : CancellationToken.None,
        Notice = text => Console.Error.WriteLine($"ivnext: {text}"),
    };

    /// <summary>
    /// Lets this process compute with so many threads, unless the run or the user has said how many. In a single process libtorch decides.
    /// </summary>
    public void LimitThreads(TrainingConfig training, int cores)
    {
        if (Size > 1 && training.Threads == 0 && Environment.GetEnvironmentVariable(ThreadsVariable) is null) torch.set_num_threads(cores);
    }

    /// <summary>What a process started here finds in its environment besides: the secret, its part of the cores, and its own GPU.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(int rank, TrainingConfig training, string token)
    {
        var cores = Math.Max(1, Environment.ProcessorCount / Size).ToString(CultureInfo.InvariantCulture);
        var threads = training.Threads > 0 ? training.Threads.ToString(CultureInfo.InvariantCulture)
            : Environment.GetEnvironmentVariable(ThreadsVariable) ?? cores;
        var variables = new Dictionary<string, string>
        {
            [MeetingPlace.TokenVariable] = token,
            [ThreadsVariable] = threads,
            [CoreShare.LimitVariable] = cores,
        };
        if (training.Device != "cpu") variables[GpusVariable] = GpuOf(rank, VisibleGpus());
        return variables;
    }

    internal static string GpuOf(int place, IReadOnlyList<string> visible) =>
        place < visible.Count ? visible[place] : place.ToString(CultureInfo.InvariantCulture);

    private static string[] VisibleGpus() => Environment.GetEnvironmentVariable(GpusVariable)?.Split(
        ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static ProcessPlan ByHand(int size, int rank, string address, LaunchEnvironment? launch, Func<string, string?> variable)
    {
        if (rank < 0 || rank >= size) throw new ConfigurationException(
            $"--rank {rank}: of {size} processes (--processes) the ranks are 0 to {size - 1}");
        if (launch is not null && (launch.Size, launch.Rank) != (size, rank)) throw new ConfigurationException(
            $"--rank {rank} of {size} processes, but {launch.Launcher} says that this is rank {launch.Rank} of {launch.Size}: leave "
            + "--rank, --address and --processes out");
        if (size == 1) return new ProcessPlan(1, 0);
        var token = variable(MeetingPlace.TokenVariable) ?? throw TokenMissing();
        return new ProcessPlan(size, rank) { Launch = launch, Place = new MeetingPlace(address, token) };
    }

    private static ProcessPlan Launched(int? size, LaunchEnvironment launch)
    {
        if (size is { } given && given != launch.Size) throw new ConfigurationException(
            $"--processes {given}, but {launch.Launcher} started {launch.Size}: leave --processes out");
        return new ProcessPlan(launch.Size, launch.Rank) { Launch = launch };
    }

    private static ProcessPlan Alone(int? size, Func<string, string?> variable)
    {
        var tasks = LaunchEnvironment.TasksOfJob(variable);
        if (size is null && tasks > 1) throw new ConfigurationException(
            $"Slurm's job has {tasks} tasks (SLURM_NTASKS), but this process was not started by srun and would train alone: start it as "
            + "srun ./ivnext train ..., or give --processes to start that many here");
        return new ProcessPlan(size ?? 1, 0);
    }

    private static bool IsMpi(string transport) => transport switch
    {
        "auto" => false,
        "mpi" => true,
        _ => throw new ConfigurationException($"--transport {transport}: it must be auto or mpi"),
    };

    private static TimeSpan TimeoutOf(double seconds) => seconds is > 0 and <= LongestTimeout ? TimeSpan.FromSeconds(seconds)
        : throw new ConfigurationException($"--collective-timeout {seconds}: it must lie above 0 and at most at {LongestTimeout} seconds");

    private static ConfigurationException TokenMissing() => new(
        $"processes of several machines know each other by a secret: export {MeetingPlace.TokenVariable}=$(openssl rand -hex 16) once, and "
        + "give it to all of them");

    // On one machine a file tells the place; MPI needs none.
    private ProcessPlan WithPlace(Func<string, string?> variable)
    {
        if (UsesMpi && Size > 1 && Launch is null) throw new ConfigurationException(
            "--transport mpi joins processes that mpirun has started: mpirun -np N ./ivnext train ... --transport mpi");
        if (UsesMpi || Launch is null || Launch.IsOnOneMachine || Place is not null) return this;
        if (Launch.Address is not { } address) throw new ConfigurationException(
            $"{Launch.Launcher} started processes on several machines and does not say where rank 0 is: set MASTER_ADDR and MASTER_PORT "
            + "for all of them (mpirun -x MASTER_ADDR -x MASTER_PORT), or add --transport mpi");
        var token = variable(MeetingPlace.TokenVariable) ?? Launch.Secret ?? throw TokenMissing();
        return this with { Place = new MeetingPlace(address, token) };
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
