using System.Globalization;
using System.Runtime.InteropServices;
using InternVideoNext.Ablations;
using InternVideoNext.Description;
using InternVideoNext.Models;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// Measures training steps as <see cref="Trainer"/> makes them, on clips of noise that lie on the device: masks, teacher,
/// losses, gradients, clipping and update, with the losses collected for the log.
/// </summary>
/// <param name="plan">What to measure.</param>
/// <param name="command">The command line, for the result.</param>
public sealed class TrainingBenchmark(BenchmarkPlan plan, string command)
{
    private const int ProfiledSteps = 3, OverheadSteps = 20, OverheadWarmUp = 5;

    private readonly RunConfig _config = plan.Config;
    private readonly TrainingConfig _training = plan.Config.Training;

    /// <summary>Measures.</summary>
    /// <param name="timeline">Where the timeline is written if the plan asks for one.</param>
    /// <param name="progress">Told what is being measured.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="Foundation.ConfigurationException">The plan or its run contradicts itself, or the device is not here.</exception>
    /// <exception cref="ExternalException">libtorch failed, for want of memory or otherwise.</exception>
    public BenchmarkResult Run(string timeline, IProgress<string>? progress, CancellationToken cancellation)
    {
        plan.Validate();
        return ComputeThread.Run(_training.Threads, () => Measure(timeline, progress, cancellation));
    }

    private BenchmarkResult Measure(string timeline, IProgress<string>? progress, CancellationToken cancellation)
    {
        using var mode = new DeterministicMode(_training);
        var device = TrainingDevice.Open(_training);
        progress?.Report("building the model");
        using var bench = new StepBench(_config, device, plan.WithoutTeacher);
        progress?.Report("measuring a matrix product");
        var peak = MatrixPeak.Measure(device, _training.Precision, bench.Wait);
        var forgotten = PeakMemory.Forget();
        progress?.Report("warm-up");
        var warmUp = StepMeasurement.WarmUp(plan.WarmUp, plan.WarmUpSeconds, bench.Time, cancellation);
        var load = StepMeasurement.LoadAverage();
        progress?.Report($"{plan.Steps} steps");
        var throughput = StepMeasurement.Throughput(
            StepMeasurement.Repeat(plan.Steps, bench.Time, cancellation), warmUp, _training.ClipsPerStep);
        var memory = PeakMemory.Read(device, forgotten);
        progress?.Report($"{plan.Steps} steps, part by part");
        var parts = Parts(StepMeasurement.Repeat(plan.Steps, bench.Split, cancellation));
        if (plan.Profile)
        {
            progress?.Report("the timeline");
            bench.Draw(ProfiledSteps, cancellation).Save(timeline, command);
        }
        var loss = bench.LastLoss();
        progress?.Report("the cost of issuing operators");
        var overhead = Overhead(device, throughput.MillisecondsPerStep.Median, cancellation);
        return new BenchmarkResult
        {
            Program = $"InternVideoNext {CodeVersion.Name}",
            Command = command,
            Measured = DateTimeOffset.UtcNow,
            WithTeacher = !plan.WithoutTeacher,
            Config = _config,
            Machine = StepMeasurement.Machine(_training, device, load),
            Parameters = bench.Parameters,
            Throughput = throughput,
            Parts = parts,
            Arithmetic = Arithmetic(throughput.ClipsPerSecond.Median, peak),
            Memory = memory,
            Overhead = overhead,
            LastLoss = loss,
            Notes = [.. Notes(loss)],
        };
    }

    // The parts that the stage has, in the order of a step, then what lies between them.
    private static List<BenchmarkPart> Parts(List<(IReadOnlyList<double> Parts, double Whole)> steps)
    {
        var parts = Enum.GetValues<StepPart>().Where(part => steps.Exists(s => s.Parts[(int)part] > 0))
            .Select(part => new BenchmarkPart(StepClock.NameOf(part), Quartiles.Of([.. steps.Select(s => s.Parts[(int)part])]).Median))
                .ToList();
        parts.Add(new BenchmarkPart("rest", Quartiles.Of([.. steps.Select(s => s.Whole - s.Parts.Sum())]).Median));
        return parts;
    }

    private BenchmarkArithmetic Arithmetic(double clipsPerSecond, MatrixPeak peak)
    {
        var model = ModelDescription.Of(_config);
        var asked = _config is not Stage1Config stage1 || (stage1.ReadsTeacher && !plan.WithoutTeacher);
        var multiplyAdds = asked ? model.TrainingMultiplyAdds : model.TrainingMultiplyAdds - (model.Teacher?.MultiplyAdds ?? 0);
        var (perClip, perSecond) = (2 * multiplyAdds, 2 * multiplyAdds * clipsPerSecond);
        return new BenchmarkArithmetic(perClip, perSecond, peak.FlopPerSecond, perSecond / peak.FlopPerSecond, peak.Product);
    }

    private BenchmarkOverhead Overhead(Device device, double step, CancellationToken cancellation)
    {
        var smallest = SmallestRun.Of(_config);
        // So small a tensor has nothing to share out; handing it to threads would be counted as issuing.
        var issued = ComputeThread.Run(1, () =>
        {
            using var bench = new StepBench(smallest, device, plan.WithoutTeacher);
            StepMeasurement.Repeat(OverheadWarmUp, bench.Issue, cancellation);
            return Quartiles.Of(StepMeasurement.Repeat(OverheadSteps, bench.Issue, cancellation)).Median;
        });
        var encoder = smallest.Model.Encoder;
        return new BenchmarkOverhead(issued, issued / step, string.Create(CultureInfo.InvariantCulture,
            $"host time of a step with the same operators on the smallest tensors: 1 clip of {encoder.Frames} frames of "
                + $"{encoder.Grid.Height} x {encoder.Grid.Width} patches, width {encoder.Width}; an upper bound, the kernels' own least "
                + $"time is in it; one thread; median of {OverheadSteps} steps"));
    }

    private IEnumerable<string> Notes(double? loss)
    {
        if (StepMeasurement.TooFew(plan.Steps) is { } few) yield return few;
        if (loss is null) yield return "the last loss was not finite: such a step skips nothing of the work, but something is wrong";
        if (BenchmarkPlan.TeacherOf(
            _config) is SiglipTeacherConfig { RandomWeights: true }) yield return "the image teacher's weights are random; no time "
            + "depends on their values";
        if (plan.WithoutTeacher) yield return "the image teacher's answers were made before: its forward pass is not part of the step";
        if (_config is Stage2Config { Start: null }) yield return "the model starts from random weights; no time depends on their values";
        if (_training.Device != "cpu") yield return "every step ended with waiting for the device, which training does only when it logs";
    }
}
