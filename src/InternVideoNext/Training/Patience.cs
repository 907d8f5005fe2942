namespace InternVideoNext.Training;

/// <summary>Growing pauses between attempts, up to a sum; little is left of it once the run is asked to end.</summary>
/// <param name="cancellation">Asks the run to end, which ends a pause too.</param>
internal sealed class Patience(CancellationToken cancellation)
{
    // The sum is less than other processes of the run wait for this one.
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(30), Sum = TimeSpan.FromMinutes(5),
        SumAtTheEnd = TimeSpan.FromSeconds(10);

    private TimeSpan _pause = First, _waited;

    /// <summary>The next pause; null where there have been enough.</summary>
    public TimeSpan? Next => _waited < (cancellation.IsCancellationRequested ? SumAtTheEnd : Sum) ? _pause : null;

    /// <summary>Pauses on the calling thread.</summary>
    public void Wait()
    {
        if (cancellation.IsCancellationRequested) Thread.Sleep(First);
        else cancellation.WaitHandle.WaitOne(_pause);
        _waited += cancellation.IsCancellationRequested ? First : _pause;
        _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
    }
}
