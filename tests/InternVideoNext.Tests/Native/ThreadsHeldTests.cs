using InternVideoNext.Native;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Native;

[Collection(WholeProcessGroup.Name)]
public sealed class ThreadsHeldTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Held_ThisThread_HasTheNumberAndThreadsThatBeginMeanwhileHaveTheirs(int threads)
    {
        var before = get_num_threads();
        using (new ThreadsHeld(threads)) Assert.Equal((threads, ThreadsHeld.OfProcess), (get_num_threads(), OfNewThread()));
        Assert.Equal((before, ThreadsHeld.OfProcess), (get_num_threads(), OfNewThread()));
    }

    [Fact]
    public void Held_InAThreadThatHasAnotherNumber_LeavesThatToThisThreadAlone()
    {
        using var other = new ThreadsHeld(ThreadsHeld.OfProcess + 1);
        using (new ThreadsHeld(ThreadsHeld.OfProcess)) Assert.Equal(ThreadsHeld.OfProcess, OfNewThread());
        Assert.Equal((ThreadsHeld.OfProcess + 1, ThreadsHeld.OfProcess), (get_num_threads(), OfNewThread()));
    }

    [Fact]
    public void Held_WithinAnother_PutsThatBack()
    {
        using var outer = new ThreadsHeld(3);
        using (new ThreadsHeld(1)) Assert.Equal(1, get_num_threads());
        Assert.Equal(3, get_num_threads());
    }

    private static int OfNewThread()
    {
        var count = 0;
        var thread = new Thread(() => count = get_num_threads());
        thread.Start();
        thread.Join();
        return count;
    }
}
