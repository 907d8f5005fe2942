using InternVideoNext.Native;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

[Collection(WholeProcessGroup.Name)]
public sealed class ComputeThreadTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Run_WithANumberOfItsOwn_HasItAndLeavesTheProcessItsOwn(int threads)
    {
        var (here, ofProcess) = (Environment.CurrentManagedThreadId, ComputeThread.Run(0, get_num_threads));
        var (inner, thread) = await ComputeThread.RunAsync(threads, () => (get_num_threads(), Environment.CurrentManagedThreadId));
        Assert.Equal(threads, inner);
        Assert.NotEqual(here, thread);
        Assert.Equal(ofProcess, ComputeThread.Run(0, get_num_threads));
        Assert.Equal(ofProcess, InNewThread(get_num_threads));
    }

    [Fact]
    public void Run_WhileOthersSetTheirs_KeepsItsOwn()
    {
        var seen = ComputeThread.Run(2, () =>
        {
            var others = new[] { 1, 3, 5 }.Select(threads => ComputeThread.Run(threads, get_num_threads)).ToList();
            InNewThread(() =>
            {
                set_num_threads(7);
                return 0;
            });
            return (int[])[.. others, get_num_threads()];
        });
        Assert.Equal([1, 3, 5, 2], seen);
    }

    [Fact]
    public async Task RunAsync_WorkThatFails_FailsTheTask() =>
        await Assert.ThrowsAsync<InvalidDataException>(() => ComputeThread.RunAsync<int>(1, () => throw new InvalidDataException("no")));

    private static T InNewThread<T>(Func<T> work)
    {
        var result = default(T);
        var thread = new Thread(() => result = work());
        thread.Start();
        thread.Join();
        return result!;
    }
}
