using System.CommandLine;
using InternVideoNext.Cli.Parallel;
using InternVideoNext.Foundation;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Cli.Parallel;

public sealed class ProcessPlanTests
{
    private const string OneMachine = "RANK=1 WORLD_SIZE=2 LOCAL_RANK=1 LOCAL_WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=29500";
    private const string Machines = "RANK=1 WORLD_SIZE=4 LOCAL_RANK=1 LOCAL_WORLD_SIZE=2 MASTER_ADDR=10.0.0.1 MASTER_PORT=29500";
    private const string Secret = "IVNEXT_TOKEN=0123456789abcdef";

    [Fact]
    public void Of_NoLauncher_IsAloneOrStartsTheOthers()
    {
        Assert.Equal((1, 0, false), Parts(Plan("", "")));
        Assert.Equal((3, 0, true), Parts(Plan("--processes 3", "")));
        Assert.Equal((3, 0, true), Parts(Plan("--processes 3", "SLURM_NTASKS=8 SLURM_PROCID=0")));
        Assert.Equal((1, 0, false), Parts(Plan("--processes 1", "SLURM_NTASKS=8 SLURM_PROCID=0")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--processes 2")]
    public void Of_LauncherOnOneMachine_NeedsNeitherAddressNorSecret(string options)
    {
        var plan = Plan(options, OneMachine);
        Assert.Equal((2, 1, false), Parts(plan));
        Assert.Null(plan.Place);
    }

    [Fact]
    public void Of_LauncherOnSeveralMachines_MeetsAtItsMasterWithTheSecret()
    {
        var plan = Plan("", $"{Machines} {Secret}");
        Assert.Equal((4, 1, false), Parts(plan));
        Assert.Equal(("10.0.0.1:29500", "0123456789abcdef"), (plan.Place!.Address, plan.Place.Token));
    }

    [Theory]
    [InlineData("", Machines, "export IVNEXT_TOKEN=$(openssl rand -hex 16)")]
    [InlineData("--processes 2 --rank 1 --address 10.0.0.1:1", "", "export IVNEXT_TOKEN")]
    [InlineData("--processes 2 --rank 1 --address 10.0.0.1:1", "IVNEXT_TOKEN=short", "needs 16 or more")]
    [InlineData("--processes 3", OneMachine, "--processes 3, but torchrun started 2")]
    [InlineData("--processes 2 --rank 0 --address 10.0.0.1:1", OneMachine + " " + Secret, "says that this is rank 1 of 2")]
    [InlineData("", "SLURM_NTASKS=8 SLURM_PROCID=0", "start it as srun ./ivnext train")]
    [InlineData("--rank 1", "", "--rank and --address go together")]
    [InlineData("--processes 2 --rank 2 --address 10.0.0.1:1", Secret, "the ranks are 0 to 1")]
    [InlineData("--processes 0", "", "must lie in 1..4096")]
    [InlineData("--transport udp", "", "must be auto or mpi")]
    [InlineData("--processes 2 --transport mpi", "", "mpirun -np N")]
    [InlineData("--collective-timeout 0", "", "must lie above 0")]
    [InlineData("", "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_SIZE=1", "mpirun -x MASTER_ADDR")]
    public void Of_WhatDoesNotGoTogether_IsAnError(string options, string variables, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Plan(options, variables)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(OneMachine)]
    [InlineData("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2")]
    public void RequireAlone_UnderALauncher_IsAnError(string variables)
    {
        var error = Assert.Throws<ConfigurationException>(
            () => ProcessPlan.RequireAlone("quickstart", LaunchEnvironmentTests.Variables(variables)));
        Assert.Contains("started 2 processes, but quickstart is the work of one", error.Message, StringComparison.Ordinal);
        ProcessPlan.RequireAlone("quickstart", _ => null);
    }

    [Theory]
    [InlineData(0, "", "0")]
    [InlineData(3, "", "3")]
    [InlineData(1, "4,6", "6")]
    [InlineData(1, "GPU-a GPU-b", "GPU-b")]
    public void GpuOf_ThePlaceOnTheMachine_IsOneOfTheVisible(int place, string visible, string gpu) => Assert.Equal(
        gpu, ProcessPlan.GpuOf(place, visible.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Check_MpiOnGpus_IsRefused()
    {
        var plan = Plan("--transport mpi", "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_SIZE=2");
        var training = TinyRun.Training(1) with { Accumulation = 2, Device = "cuda" };
        Assert.Contains("--transport mpi is for CPUs", Assert.Throws<ConfigurationException>(() => plan.Check(training)).Message,
            StringComparison.Ordinal);
    }

    private static (int Size, int Rank, bool Launches) Parts(ProcessPlan plan) => (plan.Size, plan.Rank, plan.Launches);

    private static ProcessPlan Plan(string options, string variables)
    {
        var command = new Command("train");
        foreach (var option in ProcessPlan.Options) command.Add(option);
        return ProcessPlan.Of(command.Parse(options), LaunchEnvironmentTests.Variables(variables));
    }
}
