using System.Diagnostics;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using InternVideoNext.Training.Parallel;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

/// <summary>A stage with optimiser, log and one batch of noise, whose steps are run one by one and timed in several ways.</summary>
internal sealed class StepBench : IDisposable
{
    private readonly TrainingConfig _training;
    private readonly Device _device;
    private readonly SingleProcess _alone = new();
    private readonly StepClock _clock;
    private readonly ITrainingStage _stage;
    private readonly nn.Module? _teacher;
    private readonly FlatAdamW _optimizer;
    private readonly ClipBatch _batch;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ivnext-bench-");
    private readonly MetricsLog _log;
    private long _step;

    /// <summary>Builds everything on the device.</summary>
    /// <param name="config">The run.</param>
    /// <param name="device">Its device.</param>
    /// <param name="withoutTeacher">Puts made answers in the image teacher's place.</param>
    public StepBench(RunConfig config, Device device, bool withoutTeacher)
    {
        (_training, _device) = (config.Training, device);
        Wait = device.type == DeviceType.CUDA ? () => cuda.synchronize(device) : () => { };
        _clock = new StepClock(Wait);
        (_stage, _teacher) = Build(config, withoutTeacher);
        _optimizer = new FlatAdamW(_stage.Student, _training);
        using var random = TensorRandom.Of(_training.Seed, CPU);
        var clips = random.Normal(_training.BatchSize, 3, config.Data.Frames, config.Data.Size, config.Data.Size);
        _batch = new ClipBatch(clips.to(device).DetachFromDisposeScope(), [.. Enumerable.Range(0, _training.BatchSize)]);
        _log = new MetricsLog(Path.Combine(_folder.FullName, "metrics.jsonl"), step: 0, skipped: 0, MemoryInUse.On(device));
    }

    /// <summary>Waits until the device has done what it was given.</summary>
    public Action Wait { get; }

    /// <summary>Parameters of each part.</summary>
    public IReadOnlyDictionary<string, long> Parameters =>
        Counted().ToDictionary(p => p.Part, p => p.Module.parameters().Sum(w => w.numel()));

    /// <summary>Runs a step as in training.</summary>
    /// <returns>Milliseconds until the device had done it, and of processor time in all threads.</returns>
    public (double Clock, double Processor) Time() => StepMeasurement.Time(Step, Wait);

    /// <summary>Runs a step.</summary>
    /// <returns>Milliseconds until the host had issued it.</returns>
    public double Issue()
    {
        Wait();
        var clock = Stopwatch.StartNew();
        Step();
        return clock.Elapsed.TotalMilliseconds;
    }

    /// <summary>Runs a step whose parts wait for the device.</summary>
    /// <returns>Milliseconds of each part by <see cref="StepPart"/>, and of the step.</returns>
    public (IReadOnlyList<double> Parts, double Whole) Split() => _clock.Measure(Step);

    /// <summary>Draws steps with their parts and modules.</summary>
    public Timeline Draw(int steps, CancellationToken cancellation)
    {
        var timeline = new Timeline(Wait);
        using var student = new ModuleSpans(timeline, _stage.Student, "");
        using var teacher = _teacher is null ? null : new ModuleSpans(timeline, (nn.Module)_teacher, "teacher");
        _clock.Timeline = timeline;
        for (var i = 0; i < steps && !cancellation.IsCancellationRequested; i++) _clock.Measure(Step);
        _clock.Timeline = null;
        return timeline;
    }

    /// <summary>The newest step's loss; null where it is not finite.</summary>
    public double? LastLoss()
    {
        _log.Flush();
        return _log.Newest?.Loss;
    }

    /// <summary>Every trained number, for comparisons.</summary>
    internal float[] Weights() => [.. _optimizer.Parameters.Groups.SelectMany(g => g.Master.cpu().data<float>().ToArray())];

    public void Dispose()
    {
        _log.Dispose();
        _folder.Delete(recursive: true);
        _batch.Dispose();
        _optimizer.Dispose();
        _stage.Dispose();
        _alone.Dispose();
    }

    private void Step()
    {
        using var current = new TrainingStep(_training, _alone, _device, _stage, _optimizer, _step++, _clock);
        while (!current.IsComplete) current.Add(_batch);
        current.TryUpdate(_log, TimeSpan.Zero);
    }

    private (ITrainingStage Stage, nn.Module? Teacher) Build(RunConfig config, bool withoutTeacher)
    {
        IImageTeacher? image = BenchmarkPlan.TeacherOf(config) is not SiglipTeacherConfig siglip ? null
            : withoutTeacher ? new FixedTeacher(config, siglip.Tower.Width, _device) : StageFactory.CreateTeacher(siglip, config);
        ITrainingStage stage = config switch
        {
            Stage1Config stage1 => new Stage1(stage1, image, _clock, outputs: null),
            Stage2Config stage2 => new Stage2(stage2, image, _clock, outputs: null),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "no stage of the method"),
        };
        return (stage, image is SiglipTeacher siglipTeacher ? siglipTeacher.Tower : (stage as Stage2)?.TeacherEncoder);
    }

    private IEnumerable<(string Part, nn.Module Module)> Counted()
    {
        var student = _stage.Student;
        yield return ("encoder", student.Encoder);
        if (student.Predictor is { } predictor) yield return ("predictor", predictor);
        if ((student.PixelDecoder as nn.Module ?? student.LatentDecoder) is { } decoder) yield return ("decoder", decoder);
        if (student.Alignment is { } alignment) yield return ("alignment", alignment);
        if (_teacher is { } teacher) yield return ("teacher", teacher);
    }
}
