using System.Text.Json;
using InternVideoNext.Benchmarks;
using InternVideoNext.Description;
using InternVideoNext.Foundation;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Benchmarks;

[Collection(WholeProcessGroup.Name)] // measuring changes the number of threads for moments
public sealed class TrainingBenchmarkTests
{
    private static readonly string[] Stage1Parts = [
        "data", "teacher", "masks", "encoder", "alignment", "predictor", "decoder", "backward", "optimiser", "rest"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_EitherStage_MeasuresEveryPart(int stage)
    {
        var result = TinyBench.Run(stage);
        Assert.Equal(Stage1Parts.Where(part => stage == 1 || part != "alignment"), result.Parts.Select(p => p.Part));
        Assert.All(result.Parts, part => Assert.True(part.Milliseconds > 0, part.Part));
        Assert.Equal(2, result.Throughput.Steps.Count);
        Assert.Equal(
            2000 / result.Throughput.MillisecondsPerStep.Median, result.Throughput.ClipsPerSecond.Median,
            result.Throughput.ClipsPerSecond.Median * 0.5);
        Assert.InRange(result.Arithmetic!.Utilisation, 1e-6, 1);
        Assert.InRange(result.Overhead!.Milliseconds, 0.1, 1e4);
        Assert.NotNull(result.LastLoss);
        Assert.Contains("only 2 steps", result.Notes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_EitherStage_CountsTheParametersThatTheDescriptionCounts(int stage)
    {
        var (counted, described) = (TinyBench.Run(stage).Parameters, ModelDescription.Of(TinyBench.Config(stage)));
        foreach (
            var (part, key) in (
            IEnumerable<(string, string)>)[("encoder", "encoder."), ("predictor", "predictor."), ("decoder", "decoder."),
            ("alignment", "alignment.")])
            Assert.Equal(
                described.Student.Children.FirstOrDefault(c => c.Key.StartsWith(key, StringComparison.Ordinal))?.Parameters ?? 0,
                counted.GetValueOrDefault(part));
        Assert.Equal(described.Teacher!.Parameters, counted["teacher"]);
    }

    [Fact]
    public void Run_WithoutTeacher_LeavesItOut()
    {
        var (with, without) = (TinyBench.Run(1), TinyBench.Run(1, withoutTeacher: true));
        Assert.False(without.WithTeacher);
        Assert.DoesNotContain("teacher", without.Parameters.Keys);
        Assert.Equal(
            2 * ModelDescription.Of(TinyBench.Config(1)).Teacher!.MultiplyAdds,
            with.Arithmetic!.FlopPerClip - without.Arithmetic!.FlopPerClip, 1.0);
        Assert.NotNull(without.LastLoss);
    }

    [Fact]
    public void Run_WithoutTeacherInStage2_SaysThatItCannotBeLeftOut() =>
        Assert.Contains(
            "without_teacher", Assert.Throws<ConfigurationException>(() => TinyBench.Run(2, withoutTeacher: true)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Run_Profile_WritesSpansOfModulesWithinTheirParts()
    {
        using var folder = new TemporaryRun();
        var path = Path.Combine(folder.Run.Root, "timeline.json");
        TinyBench.Run(1, path);
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        var spans = json.RootElement.GetProperty("traceEvents").EnumerateArray().Where(e => e.GetProperty("ph").GetString() == "X")
            .Select(e =>
                (Name: e.GetProperty("name").GetString()!, Kind: e.GetProperty("cat").GetString(), From: e.GetProperty("ts").GetDouble(),
                To: e.GetProperty("ts").GetDouble() + e.GetProperty("dur").GetDouble())).ToList();
        Assert.Equal(3, spans.Count(s => s.Name == "step"));
        foreach (
            var (module, part) in (
            IEnumerable<(string, string)>)[("encoder.blocks.1.attn", "encoder"), ("predictor.bert_decoder.layers.0", "predictor"),
            ("decoder.diffloss.net", "decoder"), ("teacher.encoder.layers.0.mlp", "teacher")])
        {
            var inner = spans.First(s => s.Name == module);
            Assert.Contains(spans, outer => outer.Name == part && outer.Kind == "part" && outer.From <= inner.From && inner.To <= outer.To);
        }
    }

    [Fact]
    public void Steps_Measured_TrainTheSameWeights()
    {
        Assert.Equal(Weights(split: false), Weights(split: true));

        static float[] Weights(bool split)
        {
            using var bench = new StepBench(TinyBench.Config(1), CPU, withoutTeacher: false);
            for (var i = 0; i < 3; i++)
            {
                if (split) bench.Split();
                else bench.Time();
            }
            if (split) bench.Draw(1, CancellationToken.None);
            else bench.Time();
            return bench.Weights();
        }
    }

    [Fact]
    public void Steps_Repeated_NoTensorMoreIsAlive()
    {
        using var bench = new StepBench(TinyBench.Config(1), CPU, withoutTeacher: false);
        var alive = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            bench.Draw(1, CancellationToken.None);
            bench.LastLoss();
            alive.Add(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.All(alive.Skip(1), count => Assert.Equal(alive[1], count));
    }
}
