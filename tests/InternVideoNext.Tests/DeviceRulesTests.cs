using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace InternVideoNext.Tests;

/// <summary>
/// What a GPU would refuse fails here, where there is none: tensors made without naming their device, which then lie on the CPU, and draws
/// from libtorch's generators, which TorchSharp has on the CPU alone. Found by the compiler's own analysis of the sources.
/// </summary>
public sealed class DeviceRulesTests
{
    // Initial weights are drawn on the CPU, and moved with their module.
    private static readonly string[] Drawing = ["Foundation/TensorRandom.cs", "Modules/WeightInitialization.cs"];

    private static readonly string[] Rooms = ["Foundation", "Native", "Modules", "Masking", "Diffusion", "Models", "Stages", "Training"];

    private const string GlobalUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    [Fact]
    public void Library_EveryTensor_IsMadeOnADeviceThatIsNamed()
    {
        var (found, seen) = Findings(Compile("InternVideoNext", Sources("InternVideoNext"), withLibrary: false), IsWatched);
        Assert.True(seen > 60, $"only {seen} calls were understood");
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Benchmarks_EveryTensor_IsMadeOnADeviceThatIsNamed()
    {
        var (found, seen) = Findings(
            Compile("InternVideoNext.Lab", Sources("InternVideoNext.Lab"), withLibrary: true),
            file => file.Contains("/Benchmarks/", StringComparison.Ordinal));
        Assert.True(seen > 5, $"only {seen} calls were understood");
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("zeros(3)", "zeros")]
    [InlineData("arange(3, dtype: int64)", "arange")]
    [InlineData("tensor(new[] { 1f })", "tensor")]
    [InlineData("rand(3, device: CPU)", "draws")]
    [InlineData("randn([3], device: CPU, generator: new Generator(1, CPU))", "draws")]
    [InlineData("zeros(3, device: CPU).uniform_(0, 1)", "draws")]
    [InlineData("zeros(3, device: CPU).bernoulli_(0.5, new Generator(1, CPU))", "draws")]
    [InlineData("new Generator(1, CUDA)", "Generator")]
    [InlineData("new Generator(1)", "Generator")]
    [InlineData("zeros(3, device: CPU)", null)]
    [InlineData("zeros_like(zeros(3, device: CPU))", null)]
    [InlineData("new Generator(1, CPU)", null)]
    public void Rules_OneCall_IsFoundWhereItBreaksThem(string call, string? word)
    {
        var source = $"using static TorchSharp.torch;\ninternal static class Probe {{ internal static object Run() => {call}; }}";
        var (found, _) = Findings(Compile("Probe", [("Probe.cs", source)], withLibrary: false), _ => true);
        if (word is null) Assert.Empty(found);
        else Assert.Contains(found, finding => finding.Contains(word, StringComparison.Ordinal));
    }

    private static (List<string> Found, int Seen) Findings(CSharpCompilation compilation, Func<string, bool> watched)
    {
        var (found, seen) = (new List<string>(), 0);
        foreach (var tree in compilation.SyntaxTrees.Where(tree => watched(tree.FilePath)))
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes())
            {
                if (node is not (InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax)) continue;
                var operation = model.GetOperation(node);
                if (!IsTorchs(operation)) continue;
                seen++;
                if (Problem(operation, tree.FilePath) is { } problem)
                    found.Add($"{tree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {problem}: {node}");
            }
        }
        return (found, seen);
    }

    private static bool IsTorchs(IOperation? operation) => operation switch
    {
        IInvocationOperation call => call.TargetMethod.ContainingAssembly?.Name == "TorchSharp",
        IObjectCreationOperation made => made.Type?.ToDisplayString() == "TorchSharp.torch.Generator",
        _ => false,
    };

    private static string? Problem(IOperation? operation, string file) => operation switch
    {
        IObjectCreationOperation made when !made.Arguments.Any(IsCpu) => "a Generator that is not on the CPU by name",
        IInvocationOperation call when !IsDrawing(file) && call.Arguments.Any(a => Names(a, "Generator")) =>
            $"{call.TargetMethod.Name} draws from a generator of libtorch; take a TensorRandom",
        IInvocationOperation call when call.TargetMethod.ContainingType.ToDisplayString() == "TorchSharp.torch"
            && !call.TargetMethod.Name.EndsWith("_like", StringComparison.Ordinal)
            && call.Arguments.Any(a => Names(a, "Device") && a.ArgumentKind == ArgumentKind.DefaultValue) =>
            $"{call.TargetMethod.Name} names no device",
        _ => null,
    };

    private static bool IsCpu(IArgumentOperation argument) =>
        Names(argument, "Device") && argument.Value.Syntax.ToString() is "CPU" or "torch.CPU";

    private static bool Names(IArgumentOperation argument, string type) =>
        argument.Parameter?.Type.ToDisplayString().TrimEnd('?') == $"TorchSharp.torch.{type}";

    private static bool IsDrawing(string file) => Drawing.Any(drawing => file.EndsWith(drawing, StringComparison.Ordinal));

    private static bool IsWatched(string file) => Rooms.Any(room => file.Contains($"/InternVideoNext/{room}/", StringComparison.Ordinal));

    private static CSharpCompilation Compile(string assembly, IEnumerable<(string File, string Text)> sources, bool withLibrary)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var trees = sources.Append(("GlobalUsings.cs", GlobalUsings))
            .Select(source => CSharpSyntaxTree.ParseText(source.Item2, options, source.Item1));
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && name.EndsWith(".dll", StringComparison.Ordinal)
                && (withLibrary ? name != "InternVideoNext.Lab.dll" : !name.StartsWith("InternVideoNext", StringComparison.Ordinal)));
        return CSharpCompilation.Create(assembly, trees, assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static IEnumerable<(string File, string Text)> Sources(string project)
    {
        var folder = Path.Combine(Repository.Root, "src", project);
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(folder, file).Split('/')[0] is not ("obj" or "bin"))
            .Select(file => (file, File.ReadAllText(file)));
    }
}
