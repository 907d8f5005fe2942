using System.Globalization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Parallel;

/// <summary>What <c>torchrun</c>, <c>mpirun</c> or <c>srun</c> has told this process in its environment.</summary>
/// <param name="Launcher">Which of them, for people.</param>
/// <param name="Rank">This process.</param>
/// <param name="Size">How many there are; above 1.</param>
/// <param name="LocalRank">This process among those of its machine.</param>
/// <param name="LocalSize">How many are on its machine.</param>
internal sealed record LaunchEnvironment(string Launcher, int Rank, int Size, int LocalRank, int LocalSize)
{
    private const int FirstPort = 15_000, Ports = 16_000; // below those that systems hand out by themselves

    /// <summary>HOST:PORT of rank 0 that the launcher names, or that can be derived from what it says; null where there is none.</summary>
    public string? Address { get; init; }

    /// <summary>A secret that all processes of the job have and nobody else; null where the launcher makes none.</summary>
    public string? Secret { get; init; }

    /// <summary>Tells this job from others of the same user.</summary>
    public string Job { get; init; } = "";

    /// <summary>Whether all processes are known to be on one machine.</summary>
    public bool IsOnOneMachine { get; init; }

    /// <summary>Reads the environment; null where no launcher started more than one process.</summary>
    /// <param name="variable">Gives a variable's value.</param>
    /// <exception cref="ConfigurationException">Launchers contradict each other, or something is missing or no number.</exception>
    public static LaunchEnvironment? Read(Func<string, string?> variable)
    {
        var found = new[] { Torchrun(variable), Mpirun(variable), Srun(variable) }.OfType<LaunchEnvironment>()
            .Where(launch => launch.Size > 1).ToList();
        // A launcher within another's job is the inner one, and the outer's numbers are those of its helpers.
        if (found.Find(launch => launch.Launcher == "mpirun") is not null) found.RemoveAll(launch => launch.Launcher == "srun");
        var other = found.Find(launch => (launch.Rank, launch.Size) != (found[0].Rank, found[0].Size));
        if (other is not null) throw new ConfigurationException(
            $"{found[0].Launcher} says that this is rank {found[0].Rank} of {found[0].Size}, {other.Launcher} that it is rank {other.Rank} "
            + $"of {other.Size}: unset the variables of the one that did not start it");
        var world = Number(variable, "WORLD_SIZE") ?? 1;
        if (found.Count == 0) return world <= 1 || variable("RANK") is not null ? null : throw new ConfigurationException(
            $"WORLD_SIZE is {world}, but nothing says which of these processes this is: set RANK too, or unset WORLD_SIZE");
        if (world > 1 && world != found[0].Size) throw new ConfigurationException(
            $"WORLD_SIZE is {world}, but {found[0].Launcher} started {found[0].Size} processes");
        return found[0] with { Address = MasterOf(variable) ?? found[0].Address };
    }

    /// <summary>The tasks of a Slurm job within which this process was started without srun; 0 where there are none to be used.</summary>
    public static int TasksOfJob(Func<string, string?> variable) =>
        variable("SLURM_STEP_ID") is null && variable("OMPI_COMM_WORLD_SIZE") is null ? Number(variable, "SLURM_NTASKS") ?? 0 : 0;

    /// <summary>The first host of Slurm's compressed list, such as <c>gpu[01-04,07],login</c>.</summary>
    public static string FirstHost(string list)
    {
        var (host, depth, skipping) = ("", 0, false);
        foreach (var letter in list)
        {
            if (letter == ',' && depth == 0) break;
            if (letter == '[') depth++;
            else if (letter == ']') (depth, skipping) = (depth - 1, false);
            else if (depth > 0 && letter is (',' or '-')) skipping = true;
            else if (!skipping) host += letter;
        }
        return host;
    }

    /// <summary>Slurm's compressed list of tasks a node, such as <c>4(x2),3</c>: the number on one node.</summary>
    public static int TasksOf(string list, int node)
    {
        foreach (var part in list.Split(','))
        {
            var open = part.IndexOf("(x", StringComparison.Ordinal);
            var times = open < 0 ? 1 : int.Parse(part.AsSpan(open + 2, part.Length - open - 3), CultureInfo.InvariantCulture);
            if (node < times) return int.Parse(open < 0 ? part : part[..open], CultureInfo.InvariantCulture);
            node -= times;
        }
        return 1;
    }

    private static LaunchEnvironment? Torchrun(Func<string, string?> variable)
    {
        if (Number(variable, "RANK") is not { } rank || Number(variable, "WORLD_SIZE") is not { } size) return null;
        var (localRank, localSize) = (Number(variable, "LOCAL_RANK") ?? 0, Number(variable, "LOCAL_WORLD_SIZE"));
        var isLoopback = variable("MASTER_ADDR") is "localhost" or "127.0.0.1" or "::1";
        return Checked(new LaunchEnvironment("torchrun", rank, size, localRank, localSize ?? localRank + 1)
        {
            IsOnOneMachine = localSize == size || isLoopback,
            Job = $"{variable("TORCHELASTIC_RUN_ID")} {variable("MASTER_ADDR")} {variable("MASTER_PORT")}",
        });
    }

    private static LaunchEnvironment? Mpirun(Func<string, string?> variable)
    {
        if (Number(variable, "OMPI_COMM_WORLD_RANK") is not { } rank) return null;
        if (Number(variable, "OMPI_COMM_WORLD_SIZE") is not { } size) return null;
        var localSize = Number(variable, "OMPI_COMM_WORLD_LOCAL_SIZE") ?? 1;
        return Checked(new LaunchEnvironment("mpirun", rank, size, Number(variable, "OMPI_COMM_WORLD_LOCAL_RANK") ?? 0, localSize)
        {
            IsOnOneMachine = localSize == size,
            Job = variable("OMPI_MCA_ess_base_jobid") ?? variable("PMIX_NAMESPACE") ?? "",
            Secret = variable("OMPI_MCA_orte_precondition_transports"), // 128 random bits of the job
            Address = variable("SLURM_NODELIST") is { } nodes ? AddressIn(variable, nodes) : null,
        });
    }

    // The variables of a step: those of the job are there in the job's script too, which is no task of it.
    private static LaunchEnvironment? Srun(Func<string, string?> variable)
    {
        if (variable("SLURM_STEP_ID") is not { } step || Number(variable, "SLURM_PROCID") is not { } rank) return null;
        if ((Number(variable, "SLURM_STEP_NUM_TASKS") ?? Number(variable, "SLURM_NTASKS")) is not { } size) return null;
        var tasks = variable("SLURM_STEP_TASKS_PER_NODE") ?? variable("SLURM_TASKS_PER_NODE");
        var localSize = tasks is null ? 1 : TasksOf(tasks, Number(variable, "SLURM_NODEID") ?? 0);
        return Checked(new LaunchEnvironment("srun", rank, size, Number(variable, "SLURM_LOCALID") ?? 0, localSize)
        {
            IsOnOneMachine = localSize == size,
            Job = $"{variable("SLURM_JOB_ID")}.{step}",
            Address = (variable("SLURM_STEP_NODELIST") ?? variable("SLURM_NODELIST")) is { } nodes ? AddressIn(variable, nodes) : null,
        });
    }

    private static LaunchEnvironment Checked(LaunchEnvironment launch) =>
        launch.Size >= 1 && launch.Rank >= 0 && launch.Rank < launch.Size ? launch : throw new ConfigurationException(
            $"{launch.Launcher} says that this is rank {launch.Rank} of {launch.Size}: the ranks are 0 to {launch.Size - 1}");

    // Newer torchruns listen at MASTER_PORT themselves.
    private static string? MasterOf(Func<string, string?> variable)
    {
        if (variable("MASTER_ADDR") is not { Length: > 0 } host || Number(variable, "MASTER_PORT") is not { } port) return null;
        return AddressOf(host, variable("TORCHELASTIC_USE_AGENT_STORE") == "True" ? port + 1 : port);
    }

    // Every process derives the same port; jobs that share a machine get different ones.
    private static string AddressIn(Func<string, string?> variable, string nodes)
    {
        var (job, step) = (Number(variable, "SLURM_JOB_ID") ?? 0, Number(variable, "SLURM_STEP_ID") ?? 0);
        var port = Number(variable, "MASTER_PORT") ?? FirstPort + (int)((((long)job * 31) + step) % Ports);
        return AddressOf(variable("MASTER_ADDR") is { Length: > 0 } master ? master : FirstHost(nodes), port);
    }

    private static string AddressOf(string host, int port) =>
        host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    private static int? Number(Func<string, string?> variable, string name)
    {
        if (variable(name) is not { Length: > 0 } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        throw new ConfigurationException($"{name} in the environment is '{text}', which is no number");
    }
}
