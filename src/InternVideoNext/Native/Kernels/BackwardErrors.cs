using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>
/// Carries errors out of backward passes that libtorch calls back into managed code for. An exception must not cross libtorch's frames:
/// the process would abort. So the operator hands back zeros, and whoever called <c>backward</c> throws the error afterwards.
/// </summary>
/// <remarks>
/// Like a dispose scope it belongs to the thread that made it: operators of a forward pass on that thread take it along, and their
/// backward passes report to it from whichever thread libtorch chooses.
/// </remarks>
internal sealed class BackwardErrors : IDisposable
{
    [ThreadStatic]
    private static BackwardErrors? _current;

    private readonly ConcurrentQueue<ExceptionDispatchInfo> _errors = [];
    private readonly BackwardErrors? _outer = _current;

    public BackwardErrors() => _current = this;

    /// <summary>The innermost one of this thread; null where nobody listens.</summary>
    public static BackwardErrors? Current => _current;

    /// <summary>Runs an operator's backward pass.</summary>
    /// <param name="errors">What the operator's forward pass found as <see cref="Current"/>.</param>
    /// <param name="inputs">The operator's inputs, null for those that have no gradient.</param>
    /// <param name="differentiate">Their gradients.</param>
    /// <returns>The gradients; zeros, which take no memory, where it failed and somebody listens.</returns>
    public static List<Tensor> Guard(BackwardErrors? errors, IReadOnlyList<Tensor?> inputs, Func<List<Tensor>> differentiate)
    {
        try
        {
            return differentiate();
        }
        catch (Exception e) when (errors is not null && e is (ExternalException or OutOfMemoryException))
        {
            errors!._errors.Enqueue(ExceptionDispatchInfo.Capture(e));
            return [.. inputs.Select(Zeros)];
        }
    }

    /// <summary>Throws the first error, if there was one: then the gradients are worthless.</summary>
    public void ThrowIfAny()
    {
        if (_errors.TryPeek(out var first)) first.Throw();
    }

    public void Dispose() => _current = _outer;

    private static Tensor Zeros(Tensor? like)
    {
        if (like is null) return null!;
        using var zero = zeros([], dtype: like.dtype, device: like.device);
        return zero.expand(like.shape).MoveToOuterDisposeScope();
    }
}
