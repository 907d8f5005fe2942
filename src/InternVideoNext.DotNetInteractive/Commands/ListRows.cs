using InternVideoNext.Ablations;
using InternVideoNext.Interactive;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Directives;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary><c>#!ivnext rows</c>: what can be ablated.</summary>
internal sealed class ListRows : KernelDirectiveCommand
{
    public static KernelActionDirective Directive => new("rows")
    { Description = "Every row of the tables: id, what it changes, the paper's numbers." };

    public static Task Show(KernelInvocationContext context)
    {
        TableColumn[] columns =
        [
            "id", "table", "row", "differs from", new TableColumn("paper, K400, %") { Format = "0.0" },
            new TableColumn("paper, SSv2, %") { Format = "0.0" },
        ];
        context.Display(new ResultTable(columns, AblationRows.All.Select(row => (IReadOnlyList<object?>)
            [row.Id, row.Table.ToString(), row.Title, row.Neighbour ?? "", row.Reported?.Appearance, row.Reported?.Motion])));
        return Task.CompletedTask;
    }
}
