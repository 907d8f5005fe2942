using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>One weight-decay group of <see cref="FlatParameters"/>.</summary>
internal sealed class FlatGroup : IDisposable
{
    private readonly Tensor? _compute;

    public FlatGroup(IReadOnlyList<(string Name, Parameter Parameter)> members, bool decays)
    {
        Decays = decays;
        Members = members;
        var first = members[0].Parameter;
        var size = members.Sum(m => m.Parameter.numel());
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var storage = empty(size, dtype: first.dtype, device: first.device);
        Gradient = zeros_like(storage).DetachFromDisposeScope();
        long offset = 0;
        foreach (var (_, parameter) in members)
        {
            var count = parameter.numel();
            var view = storage.narrow(0, offset, count).view(parameter.shape);
            view.copy_(parameter);
            parameter.set_(view);
            parameter.grad = Gradient.narrow(0, offset, count).view(parameter.shape);
            offset += count;
        }
        storage.DetachFromDisposeScope();
        _compute = first.dtype == ScalarType.Float32 ? null : storage;
        Master = _compute is null ? storage : storage.to(ScalarType.Float32).DetachFromDisposeScope();
        FirstMoment = zeros_like(Master).DetachFromDisposeScope();
        SecondMoment = zeros_like(Master).DetachFromDisposeScope();
    }

    public bool Decays { get; }

    public IReadOnlyList<(string Name, Parameter Parameter)> Members { get; }

    /// <summary>float32 weights; the parameters themselves in float32 mode.</summary>
    public Tensor Master { get; }

    /// <summary>Flat gradients in the parameters' type.</summary>
    public Tensor Gradient { get; }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    /// <summary>Casts the masters into the parameters, where these are not the same memory.</summary>
    public void PublishMaster() => _compute?.copy_(Master);

    public void Dispose()
    {
        Master.Dispose();
        Gradient.Dispose();
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        _compute?.Dispose();
    }
}
