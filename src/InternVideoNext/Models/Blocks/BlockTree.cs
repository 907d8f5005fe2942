namespace InternVideoNext.Models;

/// <summary>Puts blocks together, so that every figure of a block is the sum of its parts'.</summary>
internal static class BlockTree
{
    /// <summary>A block of parts and of what is its own.</summary>
    /// <param name="name">In the tree.</param>
    /// <param name="key">How its parameters' names begin.</param>
    /// <param name="type">The C# type.</param>
    /// <param name="section">Of the paper.</param>
    /// <param name="shape">In and out.</param>
    /// <param name="own">Besides the children.</param>
    /// <param name="activations">Kept besides the children's.</param>
    /// <param name="repeat">Equal blocks.</param>
    /// <param name="children">One instance's parts.</param>
    public static BlockDescription Block(
        string name, string key, string type, string section, string shape, Cost own = default, double activations = 0, int repeat = 1,
            params IReadOnlyList<BlockDescription> children) => new()
            {
                Name = name,
                Key = key,
                Type = type,
                Section = section,
                Shape = shape,
                Repeat = repeat,
                Parameters = repeat * (own.Parameters + children.Sum(child => child.Parameters)),
                MultiplyAdds = repeat * (own.MultiplyAdds + children.Sum(child => child.MultiplyAdds)),
                Activations = repeat * (activations + children.Sum(child => child.Activations)),
                Children = children,
            };

    /// <summary>The name of a range of equal blocks: <c>blocks.0-11</c>.</summary>
    public static string Range(string name, int count) => count == 1 ? $"{name}.0" : $"{name}.0-{count - 1}";

    /// <summary>What stands for the index in the key of one of several equal blocks.</summary>
    public static string Index(int count) => count == 1 ? "0" : "{i}";

    /// <summary>A number of tokens as text; means of random masks are rounded.</summary>
    public static string Tokens(IEnumerable<double> counts) =>
        string.Join(" | ", counts.Select(count => Math.Round(count).ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>A module of which nothing is known but its parameters: each matrix is taken to work on every token.</summary>
    public static BlockDescription OfModule(
        TorchSharp.torch.nn.Module module, string name, string key, string section, string shape, double tokens)
    {
        var parameters = module.parameters().ToList();
        var own = new Cost(parameters.Sum(p => p.numel()), tokens * parameters.Where(p => p.dim() > 1).Sum(p => p.numel()));
        return Block(name, key, module.GetType().Name, section, shape, own);
    }
}
