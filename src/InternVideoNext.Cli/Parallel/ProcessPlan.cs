using System.CommandLine;
using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Training.Parallel;
using TorchSharp;

namespace InternVideoNext.Cli.Parallel;

/// <summary>How many processes train a run, and which of them this is.</summary>
/// <param name="Size">How many.</param>
/// <param name="Rank">This one; the first, 0, keeps the run's folder.</param>
/// <param name="Address">Where they meet; null where this process starts the others itself.</param>
internal sealed record ProcessPlan(int Size, int Rank, string? Address)
{
    private const int Most = 4096;
    private const string ThreadsVariable = "OMP_NUM_THREADS", GpusVariable = "CUDA_VISIBLE_DEVICES";

    public static readonly Option<int> Processes = new("--processes")
    {
        DefaultValueFactory = _ => 1,
        Description = "How many processes share the steps: one a GPU (cuda:0, cuda:1, ...), or of the machine's cores. They are started "
        + "here, unless --rank and --address are given."
    };
    public static readonly Option<int?> RankOption = new("--rank")
    { Description = "This process is one of --processes, from 0, each started by its own command: for several machines." };
    public static readonly Option<string?> AddressOption = new("--address")
    { Description = "Where processes with a --rank meet: HOST:PORT of the machine that runs rank 0." };

    /// <summary>Whether the others are this process's to start.</summary>
    public bool Launches => Size > 1 && Address is null;

    // Each process's part of the machine, where they are all on this one.
    private int Cores => Math.Max(1, Environment.ProcessorCount / (Launches ? Size : 1));

    /// <exception cref="ConfigurationException">The options do not go together.</exception>
    public static ProcessPlan Of(ParseResult parsed)
    {
        var (size, rank, address) = (parsed.GetValue(Processes), parsed.GetValue(RankOption), parsed.GetValue(AddressOption));
        if (size is < 1 or > Most) throw new ConfigurationException($"--processes {size}: it must lie in 1..{Most}");
        if (rank is null != address is null) throw new ConfigurationException(
            "--rank and --address go together: each process of several machines is given its --rank, the number of --processes and the "
            + "--address of rank 0; on one machine --processes alone starts them all");
        if (rank is not null && (rank < 0 || rank >= size)) throw new ConfigurationException(
            $"--rank {rank}: of {size} processes (--processes) the ranks are 0 to {size - 1}");
        return new ProcessPlan(size, rank ?? 0, size == 1 ? null : address);
    }

    /// <summary>Checks that the run can be trained this way.</summary>
    /// <exception cref="ConfigurationException">It cannot; the message says what would do.</exception>
    public void Check(TrainingConfig training)
    {
        StepShare.Check(training, Size);
        if (Size == 1 || training.Device == "cpu") return;
        if (training.Device != "cuda")
            throw new ConfigurationException(
                $"training.device is {training.Device}, but each of {Size} processes has a GPU of its own: name cuda, and choose among "
                + $"the machine's GPUs by {GpusVariable} in the environment");
        var here = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (Launches && here < Size)
            throw new ConfigurationException(
                $"--processes {Size} on cuda wants as many GPUs, but libtorch sees {here} here; see ./ivnext doctor");
    }

    /// <summary>The part of the machine's cores that reads clips for this process.</summary>
    public DataConfig ShareOf(DataConfig data) => data.Workers > 0 ? data : data with { Workers = Cores };

    /// <summary>Lets this process compute with its part of the cores, unless the run or the user has said how many.</summary>
    public void LimitThreads(TrainingConfig training)
    {
        if (Launches && training.Threads == 0 && Environment.GetEnvironmentVariable(ThreadsVariable) is null) torch.set_num_threads(Cores);
    }

    /// <summary>What a process started here finds in its environment besides: its part of the cores, and its GPU as the only one.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(int rank, TrainingConfig training)
    {
        var cores = Cores.ToString(CultureInfo.InvariantCulture);
        var threads = training.Threads > 0 ? training.Threads.ToString(CultureInfo.InvariantCulture)
            : Environment.GetEnvironmentVariable(ThreadsVariable) ?? cores;
        var variables = new Dictionary<string, string> { [ThreadsVariable] = threads, ["DOTNET_PROCESSOR_COUNT"] = cores };
        if (training.Device == "cpu") return variables;
        var visible = Environment.GetEnvironmentVariable(GpusVariable)?.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        variables[GpusVariable] = rank < visible.Length ? visible[rank] : rank.ToString(CultureInfo.InvariantCulture);
        return variables;
    }
}
