using InternVideoNext.Data;
using InternVideoNext.Interactive;
using InternVideoNext.Runs;
using InternVideoNext.Weights;
using Microsoft.Data.Analysis;

namespace InternVideoNext.Tests.Interactive;

public sealed class DataFramesTests
{
    private static readonly ShippedModel Model = ShippedModels.Find("mini/stage2");

    [Fact]
    public void ToDataFrame_Log_HasTheFilesNamesAndIsFiltered()
    {
        var log = Model.ReadLog();
        var frame = log.ToDataFrame();
        Assert.Equal(log.Count, frame.Rows.Count);
        var names = frame.Columns.Select(column => column.Name).ToList();
        Assert.All(["step", "loss", "gradient_norm", "learning_rate", "health.effective_rank"], name => Assert.Contains(name, names));
        var high = frame.Filter(frame["loss"].ElementwiseGreaterThan(1.5));
        Assert.Equal(log.Where(step => step.Loss > 1.5).Select(step => (long?)step.Step), Values<long>(high["step"]));
    }

    [Fact]
    public void ToDataFrame_LogWithoutMeasurements_KeepsColumnsAndTypes()
    {
        var step = new StepMetrics
        {
            Step = 1,
            Loss = null,
            Parts = new Dictionary<string, double?> { ["pixel"] = 2 },
            GradientNorm = 1,
            LearningRate = 1,
            ClipsPerSecond = 1,
            DataWaitSeconds = 0,
            SkippedSteps = 1,
        };
        var next = step with { Step = 2, Loss = 3, Parts = new Dictionary<string, double?> { ["align"] = 1 } };
        var frame = new[] { step, next }.ToDataFrame();
        Assert.Equal([null, 3.0], Values<double>(frame["loss"]));
        Assert.Equal([2.0, null], Values<double>(frame["parts.pixel"]));
        Assert.Equal([null, 1.0], Values<double>(frame["parts.align"]));
        Assert.IsType<DoubleDataFrameColumn>(frame["health.effective_rank"]);
    }

    [Fact]
    public void ToDataFrame_ProbesAndGrid_HoldTheResultsNumbers()
    {
        var results = Model.Result.Probes.Select(probe => probe.Result).ToList();
        var frame = results.ToDataFrame().OrderByDescending("top1");
        Assert.Equal(results.Max(result => result.Top1), frame["top1"][0]);
        Assert.Equal(["linear", "attentive"], frame["kind"].Cast<string>().Distinct().OrderDescending());
        var grid = results[0].Grid.ToDataFrame();
        Assert.Equal(results[0].Grid.Select(point => point.Setting.L2), Values<double>(grid["setting.l2"]));
        Assert.Equal(results[0].Grid.Select(point => (bool?)point.Chosen), Values<bool>(grid["chosen"]));
    }

    [Fact]
    public void ClassesAndConfusion_OfAProbe_AgreeWithItsAccuracy()
    {
        var result = Model.Result.Probes[0].Result;
        var (classes, confusion) = (result.ClassesToDataFrame(), result.ConfusionToDataFrame());
        Assert.Equal(result.Classes, classes["class"].Cast<string>());
        Assert.Equal(["class", .. result.Classes], confusion.Columns.Select(column => column.Name));
        var right = result.Classes.Select((name, i) => (int)confusion[name][i]).Sum();
        Assert.Equal(result.Top1, (double)right / Values<int>(classes["test_clips"]).Sum()!.Value, 6);
        for (var i = 0; i < result.Classes.Count; i++)
            if (classes["taken_for"][i] is string other) Assert.Equal(classes["clips"][i], confusion[other][i]);
    }

    [Fact]
    public void ToDataFrame_Manifest_NamesClasses()
    {
        var manifest = new Manifest
        {
            Name = "two",
            Labels = new Dictionary<string, IReadOnlyList<string>> { ["action"] = ["fall", "rise"] },
            Entries =
            [
                new ManifestEntry { Id = "a", Path = "a.mp4", Labels = new Dictionary<string, int> { ["action"] = 1 } },
                new ManifestEntry { Id = "b", Path = "b.mp4", Split = "test", Segment = new ClipSegment(1.5, 4, SegmentUnit.Seconds) },
            ],
        };
        var frame = manifest.ToDataFrame();
        Assert.Equal(
            ["id", "path", "split", "labels.action", "segment.start", "segment.end", "segment.unit"],
            frame.Columns.Select(column => column.Name));
        Assert.Equal(
            [["a", "a.mp4", "train", "rise", null, null, null], ["b", "b.mp4", "test", null, 1.5, 4.0, "seconds"]],
            frame.Rows.Select(row => row.ToArray()));
    }

    [Fact]
    public void AblationResults_FrameAndCsv_HaveTheSameColumnsAndRows()
    {
        var results = ShippedResults.Load("mini");
        var (frame, csv) = (results.ToDataFrame(), results.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(string.Join(',', frame.Columns.Select(column => column.Name)), csv[0]);
        Assert.Equal(frame.Rows.Count, csv.Length - 1);
        var motion = frame.Filter(frame["label"].ElementwiseEquals("motion"));
        var table = ResultTable.FromDataFrame(motion, new TableColumn("top1") { Format = "0.0" });
        Assert.Equal(frame.Rows.Count / 2, table.Rows.Count);
    }

    private static IEnumerable<T?> Values<T>(DataFrameColumn column)
        where T : struct => column.Cast<T?>();
}
