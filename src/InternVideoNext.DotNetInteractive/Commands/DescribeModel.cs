using InternVideoNext.Description;
using InternVideoNext.Foundation;
using InternVideoNext.Interactive;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Directives;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary><c>#!ivnext describe</c>: a preset's model, block by block.</summary>
internal sealed class DescribeModel : KernelDirectiveCommand
{
    public string Preset { get; set; } = "base";
    public int Stage { get; set; } = 1;

    public static KernelActionDirective Directive => new("describe")
    {
        Description = "A preset's model as a table: shapes, parameters, multiply-adds, the paper's section.",
        Parameters = { Commands.Directive.Preset(), Commands.Directive.Parameter("--stage", "1 or 2; default 1.") },
    };

    public Task Show(KernelInvocationContext context)
    {
        // Neither a teacher's weights nor what a Stage 2 run starts from show in a shape: a run would ask for their files.
        RunConfig config = Stage switch
        {
            1 when Presets.Stage1(Preset) is { Teacher: SiglipTeacherConfig siglip } stage1 =>
                stage1 with { Teacher = siglip with { RandomWeights = true } },
            1 => Presets.Stage1(Preset),
            2 => Presets.Stage2(Preset) with { PredictorStart = PredictorStart.Fresh },
            _ => throw new ConfigurationException($"--stage {Stage}: it is 1 or 2"),
        };
        var model = ModelDescription.Of(config);
        TableColumn[] columns =
        [
            "block", "type", "shape, one clip", new TableColumn("parameters") { Format = "N0" },
            new TableColumn("multiply-adds") { Format = "N0" }, "paper",
        ];
        context.Display(new ResultTable(columns, [.. Rows(model.Student, 0), .. model.Teacher is { } teacher ? Rows(teacher, 0) : []])
        { Caption = $"{Preset}, Stage {Stage}" });
        return Task.CompletedTask;
    }

    private static IEnumerable<IReadOnlyList<object?>> Rows(BlockDescription block, int level)
    {
        var name = $"{new string('\u2003', level)}{block.Name}{(block.Repeat > 1 ? $" (x {block.Repeat})" : "")}";
        yield return [name, block.Type, block.Shape, block.Parameters, block.MultiplyAdds > 0 ? block.MultiplyAdds : null, block.Section];
        foreach (var row in block.Children.SelectMany(child => Rows(child, level + 1))) yield return row;
    }
}
