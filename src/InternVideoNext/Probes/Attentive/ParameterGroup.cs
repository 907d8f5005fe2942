using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>Trainable tensors and further groups under names: a module's state without its arithmetic.</summary>
internal sealed class ParameterGroup : nn.Module
{
    private ParameterGroup() : base(nameof(ParameterGroup))
    {
    }

    /// <summary>Gives a module parameters under dotted names, all 0.</summary>
    /// <param name="owner">The module.</param>
    /// <param name="parameters">In the order of <c>named_parameters</c>, as long as tensors stand before groups.</param>
    public static void Register(nn.Module owner, IEnumerable<(string Name, long[] Shape)> parameters)
    {
        var parts = parameters.Select(parameter => (Path: parameter.Name.Split('.', 2), parameter.Shape));
        foreach (var part in parts.GroupBy(part => part.Path[0]))
        {
            if (part.First() is { Path.Length: 1, Shape: var shape }) owner.register_parameter(part.Key, Layers.Parameter(zeros(shape)));
            else
            {
                var group = new ParameterGroup();
                Register(group, part.Select(inner => (inner.Path[1], inner.Shape)));
                owner.register_module(part.Key, group);
            }
        }
    }
}
