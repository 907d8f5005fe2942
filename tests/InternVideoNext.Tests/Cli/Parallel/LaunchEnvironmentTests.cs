using InternVideoNext.Cli.Parallel;
using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Cli.Parallel;

public sealed class LaunchEnvironmentTests
{
    private const string Torchrun = "RANK=3 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=2 MASTER_ADDR=node7 MASTER_PORT=29400";
    private const string Mpirun = "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2 "
        + "OMPI_MCA_ess_base_jobid=1234 OMPI_MCA_orte_precondition_transports=e9512814f82b163d-dae65b1aa8398833";
    private const string Srun = "SLURM_JOB_ID=77 SLURM_STEP_ID=0 SLURM_PROCID=5 SLURM_NTASKS=99 SLURM_STEP_NUM_TASKS=7 SLURM_LOCALID=1 "
        + "SLURM_NODEID=1 SLURM_STEP_TASKS_PER_NODE=4,3 SLURM_STEP_NODELIST=gpu[07-08] SLURM_NODELIST=gpu[01-08]";

    [Fact]
    public void Read_Torchrun_TakesItsRanksAndMaster()
    {
        var launch = Read(Torchrun)!;
        Assert.Equal(("torchrun", 3, 8, 1, 2, false), (launch.Launcher, launch.Rank, launch.Size, launch.LocalRank, launch.LocalSize,
            launch.IsOnOneMachine));
        Assert.Equal("node7:29400", launch.Address);
        Assert.Null(launch.Secret);
    }

    [Theory]
    [InlineData("RANK=0 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=1", true)]
    [InlineData("RANK=0 WORLD_SIZE=2 LOCAL_RANK=0 LOCAL_WORLD_SIZE=2 MASTER_ADDR=node MASTER_PORT=1", true)]
    [InlineData("RANK=0 WORLD_SIZE=4 LOCAL_RANK=0 LOCAL_WORLD_SIZE=2 MASTER_ADDR=node MASTER_PORT=1", false)]
    [InlineData("RANK=0 WORLD_SIZE=2 MASTER_ADDR=node MASTER_PORT=1", false)]
    public void Read_TorchrunStyle_KnowsWhetherAllAreOnOneMachine(string variables, bool isOne) =>
        Assert.Equal(isOne, Read(variables)!.IsOnOneMachine);

    [Fact]
    public void Read_TorchrunThatListensAtItsPortItself_TakesTheNext() =>
        Assert.Equal("node7:29401", Read(Torchrun + " TORCHELASTIC_USE_AGENT_STORE=True")!.Address);

    [Fact]
    public void Read_Mpirun_TakesItsRanksAndTheJobsSecret()
    {
        var launch = Read(Mpirun)!;
        Assert.Equal(("mpirun", 1, 2, 1, 2, true), (launch.Launcher, launch.Rank, launch.Size, launch.LocalRank, launch.LocalSize,
            launch.IsOnOneMachine));
        Assert.Equal(("1234", "e9512814f82b163d-dae65b1aa8398833"), (launch.Job, launch.Secret));
    }

    [Fact]
    public void Read_Srun_TakesTheStepsRanksAndItsFirstHost()
    {
        var launch = Read(Srun)!;
        Assert.Equal(("srun", 5, 7, 1, 3, false), (launch.Launcher, launch.Rank, launch.Size, launch.LocalRank, launch.LocalSize,
            launch.IsOnOneMachine));
        Assert.StartsWith("gpu07:", launch.Address, StringComparison.Ordinal);
        Assert.Equal(launch.Address, Read(Srun.Replace("PROCID=5", "PROCID=0", StringComparison.Ordinal))!.Address);
        Assert.NotEqual(launch.Address, Read(Srun.Replace("JOB_ID=77", "JOB_ID=78", StringComparison.Ordinal))!.Address);
        Assert.Equal("gpu07:4000", Read(Srun + " MASTER_PORT=4000")!.Address);
        Assert.Equal("other:4000", Read(Srun + " MASTER_ADDR=other MASTER_PORT=4000")!.Address);
    }

    [Fact]
    public void Read_MpirunInASlurmJob_IsTheInnerOne()
    {
        var launch = Read($"{Mpirun} {Srun}")!;
        Assert.Equal(("mpirun", 1, 2), (launch.Launcher, launch.Rank, launch.Size));
    }

    [Theory]
    [InlineData("")]
    [InlineData("RANK=0 WORLD_SIZE=1")]
    [InlineData("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1")]
    [InlineData("SLURM_NTASKS=8 SLURM_PROCID=0")] // a job's script
    [InlineData("SLURM_NTASKS=1 SLURM_PROCID=0 SLURM_STEP_ID=0")]
    public void Read_NoMoreThanOneProcess_IsNull(string variables) => Assert.Null(Read(variables));

    [Theory]
    [InlineData("WORLD_SIZE=4", "set RANK too")]
    [InlineData("RANK=x WORLD_SIZE=4", "RANK in the environment is 'x'")]
    [InlineData("RANK=4 WORLD_SIZE=4", "rank 4 of 4")]
    [InlineData(Torchrun + " " + Mpirun, "torchrun says that this is rank 3 of 8, mpirun that it is rank 1 of 2")]
    [InlineData(Mpirun + " WORLD_SIZE=4", "WORLD_SIZE is 4, but mpirun started 2")]
    public void Read_Contradiction_IsAnError(string variables, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Read(variables)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("node1", "node1")]
    [InlineData("a-1,b-2", "a-1")]
    [InlineData("gpu[01-04,07],login", "gpu01")]
    [InlineData("rack[2,4]n[3-5]", "rack2n3")]
    public void FirstHost_OfSlurmsList_IsExpanded(string list, string host) => Assert.Equal(host, LaunchEnvironment.FirstHost(list));

    [Theory]
    [InlineData("4", 0, 4)]
    [InlineData("4(x2),3", 1, 4)]
    [InlineData("4(x2),3", 2, 3)]
    public void TasksOf_SlurmsList_IsThatOfTheNode(string list, int node, int tasks) =>
        Assert.Equal(tasks, LaunchEnvironment.TasksOf(list, node));

    internal static Func<string, string?> Variables(string text)
    {
        var variables = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return name => variables.GetValueOrDefault(name);
    }

    private static LaunchEnvironment? Read(string variables) => LaunchEnvironment.Read(Variables(variables));
}
