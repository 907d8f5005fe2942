using InternVideoNext.Configuration;

namespace InternVideoNext.Ablations;

/// <summary>Every row of every table. The command line, the report and the notebooks all read these.</summary>
public static class AblationRows
{
    /// <summary>All rows, table by table.</summary>
    public static IReadOnlyList<AblationRow> All { get; } = [.. Stage1Rows.All, .. Stage2Rows.All, .. NeighbourRows.All, .. BoundRows.All];

    /// <summary>The row of a name.</summary>
    /// <exception cref="ConfigurationException">There is none; the message lists the names.</exception>
    public static AblationRow Find(string id) => All.FirstOrDefault(row => row.Id == id)
        ?? throw new ConfigurationException($"there is no ablation row '{id}'; there are {string.Join(", ", All.Select(row => row.Id))}");

    /// <summary>The rows of some tables.</summary>
    public static IReadOnlyList<AblationRow> Of(params IReadOnlyList<AblationTable> tables) => [.. All.Where(row => tables.Contains(row.Table))];
}
