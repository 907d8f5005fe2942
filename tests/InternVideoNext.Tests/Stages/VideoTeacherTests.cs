using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using InternVideoNext.Tests.Training;
using InternVideoNext.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Stages;

public sealed class VideoTeacherTests
{
    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Bfloat16)]
    public void Follow_Momentum_IsTheMovingAverage(Precision precision)
    {
        using var scope = NewDisposeScope();
        using var student = Student(precision);
        using var teacher = new VideoTeacher(student, TinyRun.Training(1) with { Precision = precision }, momentum: 0.999);
        using (no_grad())
            foreach (var parameter in student.parameters()) parameter.fill_(1);
        var start = teacher.State.ToDictionary(w => w.Key, w => w.Value.to(float64).clone());
        for (var i = 0; i < 10; i++) teacher.Follow();
        var left = Math.Pow(0.999, 10);
        foreach (var (name, average) in teacher.State)
        {
            Assert.Equal(ScalarType.Float32, average.dtype);
            Assert.True(average.to(float64).allclose((start[name] * left) + (1 - left), 1e-5, 1e-6), name);
        }
        // The encoder that is asked has the average, in its own precision.
        foreach (var (name, parameter) in teacher.Encoder.named_parameters())
            Assert.True(parameter.Equals(teacher.State[name].to(precision.ScalarType())), name);
    }

    [Fact]
    public void Follow_MomentumOne_StaysBitIdentical()
    {
        using var scope = NewDisposeScope();
        using var student = Student(Precision.Float32);
        using var teacher = new VideoTeacher(student, TinyRun.Training(1), momentum: 1);
        var before = teacher.Encoder.parameters().Select(p => p.clone()).ToList();
        using (no_grad())
            foreach (var parameter in student.parameters()) parameter.add_(1);
        teacher.Follow();
        Assert.All(teacher.Encoder.parameters().Zip(before), pair => Assert.True(pair.First.Equals(pair.Second)));
        Assert.All(teacher.Encoder.parameters(), p => Assert.False(p.requires_grad));
    }

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(0.5, true)]
    public async Task Train_Stage2_TeacherMovesOnlyWhereItIsTo(double momentum, bool moves)
    {
        using var folder = new TemporaryRun();
        var config = TinyRun.Stage2 with { TeacherMomentum = momentum, Training = TinyRun.Training(3) };
        using var stage = new Stage2(config, imageTeacher: null);
        var before = stage.ExtraState.ToDictionary(w => w.Key, w => w.Value.clone());
        await new Trainer(config, stage, new NoiseClips(), folder.Run).RunAsync(null, CancellationToken.None);
        // The student's pool is not trained, so there is nothing to follow there.
        foreach (var (name, value) in stage.ExtraState)
            Assert.Equal(moves && !name.Contains("clip_projector", StringComparison.Ordinal), !value.Equals(before[name]));
    }

    private static InternVideoNext.Models.VideoEncoder Student(Precision precision)
    {
        using var generator = new Generator(9);
        var student = TinyRun.Encoder.Build(generator);
        student.to(precision.ScalarType());
        return student;
    }
}
