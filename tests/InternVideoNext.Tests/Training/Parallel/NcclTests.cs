using System.Runtime.InteropServices;
using InternVideoNext.Training.Parallel;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training.Parallel;

/// <summary>What can be tested of NCCL without a GPU: where it is looked for, and what happens without it.</summary>
public sealed class NcclTests
{
    [Fact]
    public void Places_InstalledPyTorch_LooksBesideItThenInItThenWhereTheLoaderDoes() =>
        Assert.Equal(
            ["/py/site-packages/nvidia/nccl/lib/libnccl.so.2", "/py/site-packages/torch/lib/libnccl.so.2", "libnccl.so.2"],
            NcclLibrary.Places("/py/site-packages/torch/lib"));

    [Fact]
    public void Places_LibtorchOfTheLoadersChoice_LeavesItToTheLoader() => Assert.Equal(["libnccl.so.2"], NcclLibrary.Places(null));

    [Fact]
    public void NumberOf_TypesOfGradients_AreNcclsOwn()
    {
        Assert.Equal(
            (7, 9, 1),
            (NcclLibrary.NumberOf(ScalarType.Float32), NcclLibrary.NumberOf(ScalarType.BFloat16), NcclLibrary.NumberOf(ScalarType.Byte)));
        Assert.Throws<ArgumentOutOfRangeException>(() => NcclLibrary.NumberOf(ScalarType.ComplexFloat32));
    }

    [Fact]
    public void UniqueId_ThroughAMessage_ComesBack()
    {
        byte[] bytes = [.. Enumerable.Range(1, 128).Select(i => (byte)i)];
        Assert.Equal(bytes, NcclLibrary.UniqueId.Of(bytes).ToArray());
    }

    [Fact]
    public void CommunicatorConfig_IsOfTheSizeAndVersionOfNccl214()
    {
        var config = CommunicatorConfig.NonBlocking;
        var words = MemoryMarshal.Cast<CommunicatorConfig, int>(new ReadOnlySpan<CommunicatorConfig>(in config)).ToArray();
        Assert.Equal([24, 0, unchecked((int)0xcafebeef), 21400, 0, 0], words);
    }

    [Fact]
    public async Task RequireNccl_MissingOnARank_EndsAllNamingItAndWhereItLooked()
    {
        var said = await Loopback.ResultsAsync(3, group => Assert.Throws<NcclMissingException>(
            () => ProcessGroups.RequireNccl((SocketProcessGroup)group, group.Rank == 0, ["/here/libnccl.so.2", "libnccl.so.2"])).Message);
        Assert.All(said, message => Assert.StartsWith("rank 1, 2 found no NCCL (libnccl.so.2)", message, StringComparison.Ordinal));
        Assert.DoesNotContain("looked for", said[0], StringComparison.Ordinal);
        Assert.Contains("it looked for /here/libnccl.so.2, libnccl.so.2", said[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForDevice_Cpu_TakesTcp()
    {
        var said = await Loopback.ResultsAsync(2, group => ProcessGroups.ForDevice((SocketProcessGroup)group, "cpu").Transport);
        Assert.Equal(["TCP", "TCP"], said);
    }

    [Fact]
    public async Task AnyCall_DeviceThatGoesOn_PassesThroughNccl()
    {
        var calls = await Loopback.ResultsAsync(2, group =>
        {
            var nccl = new FakeNccl();
            using var over = new NcclProcessGroup((SocketProcessGroup)group, nccl, new FakeDevice());
            over.AllReduceSum(OnDevice());
            over.BroadcastFromFirst(OnDevice());
            over.Barrier();
            over.Dispose();
            return (nccl.Sums, nccl.Copies, nccl.Aborts, nccl.Raced);
        });
        Assert.All(calls, call => Assert.Equal((1, 1, 1, false), call));
    }

    [Fact]
    public async Task Barrier_SumThatNeverEndsThoughAllAreThere_IsAbortedAtTheLimitAndBlamedOnNccl()
    {
        // Long enough for both to have given up before one is missed.
        var groups = await Loopback.JoinAsync(2, _ => new CollectiveOptions { Timeout = TimeSpan.FromSeconds(20) });
        var errors = await Task.WhenAll(groups.Select(group => Task.Factory.StartNew(() =>
        {
            var device = new FakeDevice { IsStuck = true };
            var nccl = new FakeNccl { Device = device };
            using var over = new NcclProcessGroup(group, nccl, device);
            over.AllReduceSum(OnDevice());
            var error = Assert.Throws<NcclException>(over.Barrier);
            Assert.Equal((1, false), (nccl.Aborts, nccl.Raced));
            return error.Message;
        }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Contains(errors, error => error.Contains("a sum or copy did not end within", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Barrier_SumThatNeverEndsBesideASilentRank_NamesTheRank()
    {
        var groups = await Loopback.JoinAsync(2, rank => new CollectiveOptions { Timeout = TimeSpan.FromSeconds(rank == 0 ? 10 : 600) });
        var silent = Task.Factory.StartNew(() => new NcclProcessGroup(groups[1], new FakeNccl(), new FakeDevice()), default,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var device = new FakeDevice { IsStuck = true };
        using var over = await Task.Factory.StartNew(
            () => new NcclProcessGroup(groups[0], new FakeNccl { Device = device }, device), default,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var other = await silent;
        over.AllReduceSum(OnDevice());
        Assert.Equal(1, Assert.Throws<ProcessLostException>(over.Barrier).Rank);
    }

    [Fact]
    public async Task AnyCall_ErrorThatNcclFindsLater_EndsTheRun()
    {
        var groups = await Loopback.JoinAsync(2);
        var errors = await Task.WhenAll(groups.Select(group => Task.Factory.StartNew(() =>
        {
            var device = new FakeDevice { IsStuck = true };
            var nccl = new FakeNccl { Device = device };
            using var over = new NcclProcessGroup(group, nccl, device);
            over.AllReduceSum(OnDevice());
            nccl.Error = "remote process exited or there was a network error";
            return Assert.Throws<NcclException>(over.Barrier).Message;
        }, default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Contains(errors, error => error.Contains("network error", StringComparison.Ordinal));
    }

    // Neither the CPU nor a GPU, and here without one.
    private static Tensor OnDevice() => zeros(3, device: new Device(TorchSharp.DeviceType.META));

    /// <summary>A device whose work ends at once, or only when NCCL is aborted.</summary>
    private sealed class FakeDevice : IDeviceQueue
    {
        private int _marks;

        public bool IsStuck { get; init; }

        public ManualResetEventSlim Freed { get; } = new();

        public nint Mark() => ++_marks;

        public bool HasPassed(nint mark) => !IsStuck || Freed.IsSet;

        public void Release(nint mark)
        {
            // A number needs no giving back.
        }

        public void Synchronize()
        {
            if (IsStuck) Freed.Wait();
        }
    }

    /// <summary>Counts calls, and notes where an abort meets another call.</summary>
    private sealed class FakeNccl : INccl
    {
        private int _inFlight, _asked;

        public FakeDevice? Device { get; init; }

        public string? Error { get; set; }

        public int Sums { get; private set; }

        public int Copies { get; private set; }

        public int Aborts { get; private set; }

        public byte[] NewUniqueId() => [7];

        public nint Join(byte[] id, int rank, int size)
        {
            Assert.Equal([7], id);
            return 1;
        }

        // Connecting takes a while.
        public bool IsReady(nint communicator) => Alone(() => Error is { } error ? throw new NcclException(error) : ++_asked % 3 == 0);

        public void AllReduceSum(nint communicator, nint data, long count, ScalarType type) => Alone(() => Sums++);

        public void BroadcastFromFirst(nint communicator, nint data, long bytes) => Alone(() => Copies++);

        public void Abort(nint communicator) => Alone(() =>
        {
            Device?.Freed.Set();
            return ++Aborts;
        });

        /// <summary>Whether one call was made while another was under way.</summary>
        public bool Raced { get; private set; }

        private T Alone<T>(Func<T> call)
        {
            Raced |= Interlocked.Increment(ref _inFlight) != 1;
            try
            {
                Thread.Sleep(1);
                return call();
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
            }
        }
    }
}
