using InternVideoNext.Foundation;

namespace InternVideoNext.Ablations;

/// <summary>Which runs a choice of rows and seeds asks for, starts included, every run after the one it starts from.</summary>
public sealed class AblationPlan
{
    private AblationPlan(
        AblationSettings settings, IAblationData data, IReadOnlyList<AblationRun> runs, IReadOnlyList<(AblationRow, string)> left)
        => (Settings, Data, Runs, LeftOut) = (settings, data, runs, left);

    /// <summary>What the rows have in common.</summary>
    public AblationSettings Settings { get; }

    /// <summary>What they are trained and probed on.</summary>
    public IAblationData Data { get; }

    /// <summary>The runs, seed by seed.</summary>
    public IReadOnlyList<AblationRun> Runs { get; }

    /// <summary>Rows that cannot be run with these settings, with the reason and remedy.</summary>
    public IReadOnlyList<(AblationRow Row, string Reason)> LeftOut { get; }

    /// <summary>Makes the plan.</summary>
    /// <param name="settings">Size, length, device.</param>
    /// <param name="data">What to train and probe on.</param>
    /// <param name="rows">The rows asked for; those that they start from are added.</param>
    /// <param name="seeds">The seeds.</param>
    /// <exception cref="ConfigurationException">A row's configuration contradicts itself at these settings.</exception>
    public static AblationPlan Make(
        AblationSettings settings, IAblationData data, IReadOnlyList<AblationRow> rows, IReadOnlyList<ulong> seeds)
    {
        settings.Validate();
        var left = rows.Select(row => (Row: row, Reason: row.WhyNot(settings))).Where(pair => pair.Reason is not null)
            .Select(pair => (pair.Row, pair.Reason!)).ToList();
        var possible = rows.Where(row => row.WhyNot(settings) is null).ToList();
        var runs = new List<AblationRun>();
        foreach (var seed in seeds.Distinct())
            foreach (var row in possible) Add(row, seed);
        return new AblationPlan(settings, data, runs, left);

        AblationRun Add(AblationRow row, ulong seed)
        {
            if (runs.Find(run => run.Row.Id == row.Id && run.Seed == seed) is { } known) return known;
            var start = row.Start is { } id ? Add(AblationRows.Find(id), seed) : null;
            var run = new AblationRun(row, seed, settings, data, start);
            runs.Add(run);
            return run;
        }
    }
}
