using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;

namespace InternVideoNext.Cli.Quickstart;

/// <summary>
/// The quickstart's folder: <c>data/</c>, <c>stage1/</c>, <c>stage2/</c>, <c>metrics.jsonl</c>, <c>results.csv</c>, <c>report.html</c>.
/// </summary>
internal sealed class QuickstartFolder(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Results => Path.Combine(Root, "results.csv");

    public string Report => Path.Combine(Root, "report.html");

    public RunFolder Run(RunConfig config) => new(Path.Combine(Root, config is Stage1Config ? "stage1" : "stage2"));

    /// <summary>Both stages' logs as one, each line with its stage.</summary>
    public void JoinMetrics(params IEnumerable<RunConfig> stages)
    {
        var lines = stages.SelectMany(stage => File.ReadLines(Run(stage).MetricsFile)
            .Select(line => $"{{\"stage\":\"{Path.GetFileName(Run(stage).Root)}\",{line[1..]}\n"));
        AsideFile.Write(Path.Combine(Root, "metrics.jsonl"), string.Concat(lines));
    }

    /// <summary>Whether the stage's last checkpoint is there.</summary>
    public bool IsTrained(RunConfig config) =>
        Run(config).CheckpointFolders()
            .Any(f => f.EndsWith(config.Training.Steps.ToString("D8", CultureInfo.InvariantCulture), StringComparison.Ordinal));

    /// <summary>
    /// Keeps what is there if it is an unfinished job of the same description, to go on with; sets anything else aside
    /// under another name, so that nothing already made is lost.
    /// </summary>
    /// <param name="description">Everything that fixes the job.</param>
    public void Claim(string description)
    {
        var file = Path.Combine(Root, "quickstart.json");
        if (Directory.Exists(Root) && Directory.EnumerateFileSystemEntries(Root).Any())
        {
            if (!File.Exists(Report) && File.Exists(file) && File.ReadAllText(file) == description)
            {
                Console.WriteLine($"Going on with the unfinished job in {Root}");
                return;
            }
            var aside = $"{Root}-{Directory.GetLastWriteTime(Root).ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
            Directory.Move(Root, aside);
            Console.WriteLine($"What was in {Root} is kept as {aside}");
        }
        Directory.CreateDirectory(Root);
        File.WriteAllText(file, description);
    }
}
