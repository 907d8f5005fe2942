using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>One weight-decay group of <see cref="FlatParameters"/>.</summary>
internal sealed class FlatGroup : IDisposable
{
    // Every tensor starts at a multiple of 64 elements: matrix kernels are fast on aligned memory only.
    private const long Alignment = 64;

    private readonly List<(string Name, Parameter Parameter, long Offset)> _members = [];
    private readonly Tensor? _compute;
    private readonly Tensor _batchGradient;

    public FlatGroup(IReadOnlyList<(string Name, Parameter Parameter)> members, bool decays)
    {
        Decays = decays;
        var end = 0L;
        foreach (var (name, parameter) in members)
        {
            _members.Add((name, parameter, end));
            end += (parameter.numel() + Alignment - 1) / Alignment * Alignment;
        }
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var first = members[0].Parameter;
        var storage = zeros(end, dtype: first.dtype, device: first.device).DetachFromDisposeScope();
        _batchGradient = zeros_like(storage).DetachFromDisposeScope();
        foreach (var (_, parameter, offset) in _members)
        {
            var view = ViewOf(storage, parameter, offset);
            view.copy_(parameter);
            parameter.set_(view);
            parameter.grad = ViewOf(_batchGradient, parameter, offset);
        }
        _compute = first.dtype == ScalarType.Float32 ? null : storage;
        Gradient = _compute is null ? _batchGradient : _batchGradient.to(ScalarType.Float32).DetachFromDisposeScope();
        Master = _compute is null ? storage : storage.to(ScalarType.Float32).DetachFromDisposeScope();
        FirstMoment = zeros_like(Master).DetachFromDisposeScope();
        SecondMoment = zeros_like(Master).DetachFromDisposeScope();
    }

    public bool Decays { get; }

    /// <summary>float32 weights; the parameters' own memory in float32 mode.</summary>
    public Tensor Master { get; }

    /// <summary>Whether the masters are memory of their own, beside the parameters.</summary>
    public bool HasMasterCopy => _compute is not null;

    /// <summary>
    /// Flat gradients of the step, float32, summed over its batches. In float32 mode they are what the backward pass adds to; in bfloat16
    /// it adds to memory of its own, one batch at a time (<see cref="TakeBatch"/>).
    /// </summary>
    public Tensor Gradient { get; }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    /// <summary>Each parameter's part of one of the flat buffers, in its shape; the views live in the caller's dispose scope.</summary>
    public IEnumerable<(string Name, Tensor View)> Views(Tensor flat) =>
        _members.Select(m => (m.Name, ViewOf(flat, m.Parameter, m.Offset)));

    /// <summary>Sets the gradients to zero.</summary>
    public void ZeroGradients()
    {
        Gradient.zero_();
        if (_compute is not null) _batchGradient.zero_();
    }

    /// <summary>Adds what a backward pass has left in bfloat16 to the step's gradients.</summary>
    public void TakeBatch()
    {
        if (_compute is null) return;
        Gradient.add_(_batchGradient);
        _batchGradient.zero_();
    }

    /// <summary>Casts the masters into the parameters, where these are not the same memory.</summary>
    public void PublishMaster() => _compute?.copy_(Master);

    public void Dispose()
    {
        Master.Dispose();
        Gradient.Dispose();
        _batchGradient.Dispose();
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        _compute?.Dispose();
    }

    private static Tensor ViewOf(Tensor flat, Parameter parameter, long offset)
    {
        using var part = flat.narrow(0, offset, parameter.numel());
        return part.view(parameter.shape);
    }
}
