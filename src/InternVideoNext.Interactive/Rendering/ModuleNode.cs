using TorchSharp;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Names and shapes of a module, read once.</summary>
/// <param name="Name">The name in its parent; "first … last" where like siblings are shown once.</param>
/// <param name="Kind">The module's type.</param>
/// <param name="Tensors">Its own parameters and buffers.</param>
/// <param name="Children">The modules in it.</param>
/// <param name="Repeats">How many like siblings the node stands for.</param>
internal sealed record ModuleNode(
    string Name, string Kind, IReadOnlyList<ModuleTensor> Tensors, IReadOnlyList<ModuleNode> Children, int Repeats)
{
    /// <summary>Parameters here and below, of one of the siblings.</summary>
    public long Total =>
        Tensors.Where(tensor => !tensor.IsBuffer).Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size))
        + Children.Sum(child => child.Total * child.Repeats);

    public static ModuleNode Of(torch.nn.Module module, string name)
    {
        var parameters = module.named_parameters(recurse: false)
            .Select(entry => new ModuleTensor(entry.name, [.. entry.parameter.shape], IsBuffer: false));
        var buffers = module.named_buffers(recurse: false)
            .Select(entry => new ModuleTensor(entry.name, [.. entry.buffer.shape], IsBuffer: true));
        var children = module.named_children().Select(child => Of(child.module, child.name));
        return new ModuleNode(name, module.GetType().Name, [.. parameters, .. buffers], Fold([.. children]), Repeats: 1);
    }

    // Blocks of a transformer are alike: neighbours that differ only in name are shown once.
    private static List<ModuleNode> Fold(IReadOnlyList<ModuleNode> nodes)
    {
        var folded = new List<ModuleNode>();
        for (var i = 0; i < nodes.Count;)
        {
            var shape = nodes[i].Signature();
            var next = i + 1;
            while (next < nodes.Count && nodes[next].Signature() == shape) next++;
            var repeats = next - i;
            folded.Add(repeats == 1 ? nodes[i] : nodes[i] with { Name = $"{nodes[i].Name} … {nodes[next - 1].Name}", Repeats = repeats });
            i = next;
        }

        return folded;
    }

    private string Signature() =>
        $"{Kind}({string.Join(";", Tensors.Select(tensor => $"{tensor.Name}:{string.Join(",", tensor.Shape)}"))}"
        + $"[{string.Join(";", Children.Select(child => $"{child.Name}*{child.Repeats}={child.Signature()}"))}])";
}

/// <summary>A parameter or buffer.</summary>
internal sealed record ModuleTensor(string Name, IReadOnlyList<long> Shape, bool IsBuffer);
