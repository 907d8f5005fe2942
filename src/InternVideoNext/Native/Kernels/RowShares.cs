using System.Buffers;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>
/// Work on a tensor's vectors, split among as many threads as libtorch takes. The shares depend on the shape alone, so that no
/// bit of a sum depends on the number of threads.
/// </summary>
internal static unsafe class RowShares
{
    // A share is a few tens of microseconds of work: long against handing it to a thread.
    private const int ElementsOfShare = 65536;

    /// <summary>Does the work.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="work">Given the first vector of a share, the one after its last, and the share's number.</param>
    public static void For(TensorRows rows, Action<long, long, long> work)
    {
        var (size, shares, threads) = (RowsOfShare(rows), Shares(rows), get_num_threads());
        void Run(long share) => work(share * size, Math.Min(rows.Count, (share + 1) * size), share);
        if (threads > 1 && shares > 1)
        {
            Parallel.For(0, shares, new ParallelOptions { MaxDegreeOfParallelism = threads }, Run);
            return;
        }
        for (var share = 0L; share < shares; share++) Run(share);
    }

    /// <summary>Does work that adds to a vector, and adds up what the shares came to, in their order.</summary>
    /// <param name="rows">The vectors.</param>
    /// <param name="sum">As many elements as a vector has; overwritten.</param>
    /// <param name="work">Given the first vector of a share, the one after its last, and the share's own sum, zero at first.</param>
    public static void Sum(TensorRows rows, float* sum, Action<long, long, nint> work)
    {
        var (width, shares) = (rows.Width, Shares(rows));
        var own = ArrayPool<float>.Shared.Rent(checked((int)shares * width)); // [shares, C]
        fixed (float* start = own)
        {
            var first = start;
            For(rows, (from, to, share) =>
            {
                var terms = first + ((nint)share * width);
                new Span<float>(terms, width).Clear();
                work(from, to, (nint)terms);
            });
            for (var i = 0; i < width; i++)
            {
                sum[i] = 0;
                for (var share = 0L; share < shares; share++) sum[i] += first[((nint)share * width) + i];
            }
        }
        ArrayPool<float>.Shared.Return(own);
    }

    private static long RowsOfShare(TensorRows rows) => Math.Max(1, ElementsOfShare / rows.Width);

    private static long Shares(TensorRows rows) => (rows.Count + RowsOfShare(rows) - 1) / RowsOfShare(rows);
}
