using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>A module with parameters of any names and shapes, dots included: what a loader sees of a model.</summary>
internal sealed class NamedModule : nn.Module
{
    private readonly Dictionary<string, nn.Module> _children = [];

    public NamedModule(IEnumerable<(string Name, long[] Shape)> parameters, ScalarType type = ScalarType.Float32, string name = "model")
        : base(name)
    {
        foreach (var (key, shape) in parameters)
            Add(key, nn.Parameter(zeros(shape, dtype: type)));
    }

    public Tensor this[string name] => state_dict()[name];

    private void Add(string key, TorchSharp.Modules.Parameter parameter)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            register_parameter(key, parameter);
            return;
        }

        var child = key[..dot];
        if (!_children.TryGetValue(child, out var module))
            register_module(child, _children[child] = module = new NamedModule([], name: child));
        ((NamedModule)module).Add(key[(dot + 1)..], parameter);
    }
}
