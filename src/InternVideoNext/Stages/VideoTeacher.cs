using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

/// <summary>
/// Stage 2's video teacher: an encoder whose weights are an exponential moving average of the student's, or frozen where
/// the momentum is 1. The average is float32 in every precision: in bfloat16 its steps would round to nothing.
/// </summary>
internal sealed class VideoTeacher : IDisposable
{
    private readonly double _momentum;
    private readonly List<(string Name, Parameter Teacher, Parameter Student, Tensor Average)> _weights = [];

    /// <summary>Makes the teacher as a copy of the student.</summary>
    public VideoTeacher(VideoEncoder student, TrainingConfig training, double momentum)
    {
        _momentum = momentum;
        using var generator = StepGenerators.ForWeights(training.Seed);
        Encoder = student.Config.Build(generator);
        Encoder.to(TrainingDevice.Open(training), training.Precision.ScalarType());
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var own = student.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var (name, parameter) in Encoder.named_parameters())
        {
            parameter.requires_grad = false;
            parameter.copy_(own[name]);
            var needsCopy = momentum < 1 && parameter.dtype != float32;
            _weights.Add((name, parameter, own[name], needsCopy ? parameter.to(float32).DetachFromDisposeScope() : parameter));
        }
    }

    public VideoEncoder Encoder { get; }

    /// <summary>The average, by name; a checkpoint holds it.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _weights.ToDictionary(w => w.Name, w => w.Average);

    /// <summary>average = momentum * average + (1 - momentum) * student; nothing where it is frozen.</summary>
    public void Follow()
    {
        if (_momentum == 1) return;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (_, _, student, average) in _weights) average.lerp_(student.to(float32), 1 - _momentum);
        Publish();
    }

    /// <summary>Casts the average into the encoder, where these are not the same memory.</summary>
    public void Publish()
    {
        using var noGrad = no_grad();
        foreach (var (_, teacher, _, average) in _weights)
            if (!ReferenceEquals(teacher, average)) teacher.copy_(average);
    }

    public void Dispose()
    {
        foreach (var (_, teacher, _, average) in _weights)
            if (!ReferenceEquals(teacher, average)) average.Dispose();
        Encoder.Dispose();
    }
}
