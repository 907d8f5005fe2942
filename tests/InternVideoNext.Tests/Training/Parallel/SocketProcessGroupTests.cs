using InternVideoNext.Training.Parallel;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training.Parallel;

public sealed class SocketProcessGroupTests
{
    public static TheoryData<int, long, ScalarType> Sums => new()
    {
        { 1, 5, ScalarType.Float32 },
        { 2, 1, ScalarType.Float32 },
        { 2, 1001, ScalarType.BFloat16 },
        { 2, 2_097_169, ScalarType.Float32 }, // more than one round of 4 MiB parts
        { 3, 2, ScalarType.Float32 },
        { 3, 1001, ScalarType.Float32 },
        { 4, 1001, ScalarType.Float32 },
        { 4, 999, ScalarType.BFloat16 },
    };

    [Theory]
    [MemberData(nameof(Sums))]
    public async Task AllReduceSum_AnySizeAndLength_IsTheSumInOrderOfRankOnEveryRank(int size, long length, ScalarType type)
    {
        var sums = await Loopback.ResultsAsync(size, group =>
        {
            var tensor = Numbers(group.Rank, length, type);
            group.AllReduceSum(tensor);
            return tensor;
        });
        var expected = Numbers(0, length, type);
        for (var rank = 1; rank < size; rank++) expected.add_(Numbers(rank, length, type));
        Assert.All(sums, sum => Assert.True(sum.equal(expected).all().item<bool>()));
    }

    [Fact]
    public async Task AllReduceSum_NotFinite_ReachesEveryRank()
    {
        var sums = await Loopback.ResultsAsync(3, group =>
        {
            var tensor = zeros(7);
            if (group.Rank == 1) tensor[3] = float.NaN;
            group.AllReduceSum(tensor);
            return tensor[3].item<float>();
        });
        Assert.All(sums, sum => Assert.True(float.IsNaN(sum)));
    }

    [Theory]
    [InlineData(2, 2_097_169)]
    [InlineData(3, 1)]
    [InlineData(4, 1001)]
    public async Task BroadcastFromFirst_GivesEveryRankItsBytes(int size, long length)
    {
        var tensors = await Loopback.ResultsAsync(size, group =>
        {
            var tensor = Numbers(group.Rank, length, ScalarType.Float32);
            tensor[0] = group.Rank == 0 ? -0f : 1f;
            group.BroadcastFromFirst(tensor);
            return tensor.bytes.ToArray();
        });
        Assert.All(tensors, bytes => Assert.True(bytes.AsSpan().SequenceEqual(tensors[0])));
        Assert.Equal(0x80, tensors[0][3]); // the sign of a zero, too
    }

    [Fact]
    public async Task Exchange_MessagesOfAnyLength_AreSeenInOrderOfRank()
    {
        var heard = await Loopback.ResultsAsync(4, group => group.Exchange([.. Enumerable.Repeat((byte)group.Rank, group.Rank * 70_000)]));
        Assert.All(heard, messages =>
        {
            Assert.Equal([0, 70_000, 140_000, 210_000], messages.Select(m => m.Length));
            Assert.All(messages.Index(), m => Assert.All(m.Item, b => Assert.Equal(m.Index, b)));
        });
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(0, true)]
    public async Task AnyCall_RankThatLeft_FailsEverywhereNamingIt(int leaver, bool beforeLargeSum)
    {
        var ranks = await Loopback.RunAsync(4, group =>
        {
            group.Barrier();
            if (group.Rank == leaver) return Task.FromResult(0);
            if (beforeLargeSum) group.AllReduceSum(zeros(5_000_000));
            else group.Barrier();
            return Task.FromResult(0);
        });
        Assert.True(ranks[leaver].IsCompletedSuccessfully);
        foreach (var rank in ranks.Where(rank => rank != ranks[leaver]))
        {
            var lost = Assert.IsType<ProcessLostException>(rank.Exception?.InnerException);
            Assert.Equal(leaver, lost.Rank);
            Assert.Contains($"rank {leaver} of 4 processes is gone", lost.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnyCall_RankThatFailsBesideALostOne_FailsAgainWithTheSameError()
    {
        var ranks = await Loopback.RunAsync(2, group =>
        {
            if (group.Rank == 1) return Task.FromResult((First: 0, Second: 0));
            var first = Assert.Throws<ProcessLostException>(group.Barrier);
            var second = Assert.Throws<ProcessLostException>(() => group.AllReduceSum(zeros(3)));
            return Task.FromResult((first.Rank, second.Rank));
        });
        Assert.Equal((1, 1), await ranks[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnyCall_SilentRank_EndsAtTheLimitNamingIt(bool inASum)
    {
        var groups = await Loopback.JoinAsync(2, _ => new CollectiveOptions { Timeout = TimeSpan.FromSeconds(1) });
        var lost = await Task.Run(() => Assert.Throws<ProcessLostException>(() =>
        {
            if (inASum) groups[0].AllReduceSum(zeros(5_000_000));
            else groups[0].Barrier();
        }));
        Assert.Equal(1, lost.Rank);
        Assert.Contains("rank 1 of 2 processes is gone: nothing was heard of it for 1 s ", lost.Message, StringComparison.Ordinal);
        // The silent one, when it speaks again, cannot go on.
        groups[0].Dispose();
        Assert.Throws<ProcessLostException>(() =>
        {
            groups[1].Barrier();
            groups[1].Barrier();
        });
        foreach (var group in groups) group.Dispose();
    }

    [Fact]
    public async Task AnyCall_SilentRankOfThree_IsTheOneNamedByBoth()
    {
        // Long enough for the two others to come to the same call, also on a busy machine.
        var groups = await Loopback.JoinAsync(3, _ => new CollectiveOptions { Timeout = TimeSpan.FromSeconds(15) });
        var lost = await Task.WhenAll(groups.Take(2).Select(group => Task.Factory.StartNew(
            () => Assert.Throws<ProcessLostException>(group.Barrier), default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.All(lost, error => Assert.Equal(2, error.Rank));
        foreach (var group in groups) group.Dispose();
    }

    [Fact]
    public async Task AnyCall_ToldToStopWhileARankIsSilent_SaysForWhomItWaitsAndEnds()
    {
        using var stop = new CancellationTokenSource();
        var notices = new List<string>();
        var groups = await Loopback.JoinAsync(2, rank => new CollectiveOptions
        {
            Stop = stop.Token,
            StopTimeout = TimeSpan.FromSeconds(8),
            Notice = notices.Add,
        });
        var waiting = Task.Run(() => Assert.Throws<ProcessLostException>(groups[0].Barrier));
        await stop.CancelAsync();
        Assert.Contains("for 8 s after the run was told to stop", (await waiting).Message, StringComparison.Ordinal);
        Assert.Contains("still waiting for rank 1, for at most 8 s; a second Ctrl-C ends at once", Assert.Single(notices),
            StringComparison.Ordinal);
        foreach (var group in groups) group.Dispose();
    }

    [Fact]
    public async Task AnyCall_ToldToStopBeforeTheOthersCome_StillGoesThrough()
    {
        using var stop = new CancellationTokenSource();
        var groups = await Loopback.JoinAsync(2, rank => new CollectiveOptions { Stop = stop.Token });
        await stop.CancelAsync();
        var waiting = Task.Run(groups[0].Barrier);
        groups[1].Barrier();
        await waiting;
        foreach (var group in groups) group.Dispose();
    }

    [Fact]
    public async Task AllReduceSum_TensorOnAnotherDevice_IsRefused()
    {
        var groups = await Loopback.JoinAsync(2);
        Assert.Throws<ArgumentException>(() => groups[0].AllReduceSum(zeros(3, device: new Device(TorchSharp.DeviceType.META))));
        foreach (var group in groups) group.Dispose();
    }

    [Fact]
    public async Task AnyIsLeaving_SeesAClosedConnectionAndNothingElse()
    {
        var groups = await Loopback.JoinAsync(2);
        Assert.False(groups[0].AnyIsLeaving());
        var waiting = Task.Run(groups[1].Barrier);
        Assert.True(SpinWait.SpinUntil(() => !groups[0].AnyIsLeaving(), TimeSpan.FromSeconds(1)));
        groups[0].Barrier(); // what was looked at is still there
        await waiting;
        groups[1].Dispose();
        Assert.True(SpinWait.SpinUntil(groups[0].AnyIsLeaving, TimeSpan.FromSeconds(30)));
        groups[0].Dispose();
    }

    [Fact]
    public async Task AllReduceSum_AnotherLengthElsewhere_FailsAndSaysSo()
    {
        var ranks = await Loopback.RunAsync(2, group =>
        {
            group.AllReduceSum(zeros(group.Rank == 0 ? 10 : 12));
            return Task.FromResult(0);
        });
        Assert.Contains(
            ranks, rank =>
            rank.Exception?.InnerException is ProcessLostException lost
            && lost.Message.Contains("do all processes run the same program?", StringComparison.Ordinal));
        Assert.All(ranks, rank => Assert.IsType<ProcessLostException>(rank.Exception?.InnerException));
    }

    private static Tensor Numbers(int rank, long length, ScalarType type)
    {
        using var generator = new Generator((ulong)rank + 1);
        return randn(length, generator: generator).to(type);
    }
}
