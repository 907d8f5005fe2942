using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>Every row of every table. The command line, the report and the notebooks all read these.</summary>
public static class AblationRows
{
    private static readonly object Changing = new();
    private static volatile IReadOnlyList<AblationRow> _all = [
        .. Stage1Rows.All, .. Stage2Rows.All, .. NeighbourRows.All, .. BoundRows.All];

    /// <summary>All rows, table by table, and behind them those added.</summary>
    public static IReadOnlyList<AblationRow> All => _all;

    /// <summary>
    /// Adds a row of one's own: another row's configuration with a change. It runs, is measured and stands in the table like the others. A
    /// row that was added under the same id before is replaced.
    /// </summary>
    /// <param name="id">Its name: lower-case words with hyphens.</param>
    /// <param name="title">What people read.</param>
    /// <param name="neighbour">The row that it changes, and is compared with; one that trains something.</param>
    /// <param name="change">From the neighbour's configuration to its own.</param>
    /// <param name="purpose">What it is there to show.</param>
    /// <returns>The row, to be given to <see cref="AblationPlan.Make"/>.</returns>
    /// <exception cref="ConfigurationException">
    /// There is no such neighbour, it trains nothing, or the id is taken by a row of the library.
    /// </exception>
    public static AblationRow Add(string id, string title, string neighbour, Func<RunConfig, RunConfig> change, string purpose = "")
    {
        var known = Find(neighbour);
        if (known.Configure is not { } configure) throw new ConfigurationException(
            $"row '{neighbour}' trains nothing, so that there is nothing to change");
        if (id.Length == 0 || id.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.')))
            throw new ConfigurationException($"'{id}' is no id of a row; use lower-case letters, digits, hyphens and dots");
        var row = known with
        {
            Id = id,
            Title = title,
            Purpose = purpose,
            Neighbour = neighbour,
            Changes = [],
            Reported = null,
            IsOwn = false,
            Configure = (settings, seed) => change(configure(settings, seed)),
        };
        lock (Changing)
        {
            if (_all.Any(r => r.Id == id && r.IsOwn)) throw new ConfigurationException($"row '{id}' is the library's; choose another id");
            _all = [.. _all.Where(r => r.Id != id), row];
        }
        return row;
    }

    /// <summary>The row of a name.</summary>
    /// <exception cref="ConfigurationException">There is none; the message lists the names.</exception>
    public static AblationRow Find(string id) => All.FirstOrDefault(row => row.Id == id)
        ?? throw new ConfigurationException($"there is no ablation row '{id}'; there are {string.Join(", ", All.Select(row => row.Id))}");

    /// <summary>The rows of some tables.</summary>
    public static IReadOnlyList<AblationRow> Of(params IReadOnlyList<AblationTable> tables) =>
        [.. All.Where(row => tables.Contains(row.Table))];
}
