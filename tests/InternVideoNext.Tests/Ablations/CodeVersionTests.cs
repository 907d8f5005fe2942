using System.Text.Json;
using InternVideoNext.Ablations;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Ablations;

/// <summary>
/// Two short runs of fixed rows against recorded numbers: whoever changes what a run or a probe computes must raise
/// <see cref="CodeVersion.Results"/>, by which finished results are reused, and record anew (IVNEXT_RECORD=1 names the file).
/// </summary>
[Collection(WholeProcessGroup.Name)]
public sealed class CodeVersionTests : IDisposable
{
    private const string FileName = "results-version.json";
    // processors and numbers of threads round otherwise; a change of the method is far larger within these steps
    private const double Tolerance = 1e-3;

    private static readonly JsonSerializerOptions Json = new()
    { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _folder = Directory.CreateTempSubdirectory("ivnext-version-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Results_OfTwoShortRuns_AreThoseRecordedForThisVersion()
    {
        var computed = await Compute();
        var file = Path.Combine(AppContext.BaseDirectory, "Fixtures", FileName);
        if (Environment.GetEnvironmentVariable("IVNEXT_RECORD") == "1")
        {
            var target = Path.Combine(Path.GetTempPath(), FileName);
            await File.WriteAllTextAsync(target, JsonSerializer.Serialize(computed, Json) + "\n");
            Assert.Fail(
                $"recorded {target}; move it to tests/InternVideoNext.Tests/Fixtures, and commit it with the raised CodeVersion.Results");
        }
        var expected = Read(file);
        const string Remedy = "raise CodeVersion.Results and record anew: IVNEXT_RECORD=1 ./ivnext test --filter CodeVersionTests";
        Assert.True(
            expected.Version == CodeVersion.Results,
            $"the numbers recorded are of version {expected.Version}, the code says {CodeVersion.Results}; {Remedy}");
        Assert.Equal(expected.Losses.Count, computed.Losses.Count);
        foreach (var (was, now) in expected.Losses.Zip(computed.Losses))
            Assert.True(
                Math.Abs(was - now) <= Tolerance * Math.Abs(was), $"a step's loss was {was:R}, is {now:R}: results have changed; {Remedy}");
    }

    private static Recorded Read(string file) => JsonSerializer.Deserialize<Recorded>(File.ReadAllText(file), Json)!;

    private async Task<Recorded> Compute()
    {
        var settings = new AblationSettings { Preset = "tiny", Length = 0.06 };
        var plan = AblationPlan.Make(settings, new ShapesAblationData(64, 64), [AblationRows.Find("stage2")], [1]);
        var losses = new List<double>();
        foreach (var run in plan.Runs)
        {
            var runner = new AblationRunner(plan, _folder);
            var result = await runner.RunAsync(run, progress: null, CancellationToken.None);
            losses.AddRange(MetricsFile.Read(new RunFolder(runner.FolderOf(run)).MetricsFile).Select(m => m.Loss!.Value));
            losses.Add(result.Features.Deviation);
        }
        return new Recorded { Version = CodeVersion.Results, Losses = losses };
    }

    private sealed record Recorded
    {
        public required int Version { get; init; }

        /// <summary>Of every step of both runs, each with the deviation of its trained features behind it.</summary>
        public required IReadOnlyList<double> Losses { get; init; }
    }
}
