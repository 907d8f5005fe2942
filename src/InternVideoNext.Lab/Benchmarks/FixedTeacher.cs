using InternVideoNext.Models;
using InternVideoNext.Recipes;
using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

// Shapes: B clips, T frames, L tokens of a frame, N = T L, D channels, K aligned layers

/// <summary>
/// Answers of an image teacher made before, so that a step without the teacher's time can be measured. They are one value throughout: no
/// time depends on it.
/// </summary>
internal sealed class FixedTeacher : IImageTeacher
{
    private readonly TeacherOutput _answer;

    /// <summary>Makes answers for one batch of a run.</summary>
    /// <param name="config">The run.</param>
    /// <param name="width">D.</param>
    /// <param name="device">Where the run is.</param>
    public FixedTeacher(RunConfig config, int width, Device device)
    {
        using var scope = NewDisposeScope();
        var (encoder, batch) = (config.Model.Encoder, config.Training.BatchSize);
        (Width, GridSide) = (width, encoder.Grid.Height);
        var layers = config.Model.Alignment?.Layers ?? 1;
        _answer = new TeacherOutput(
            full([layers, batch, encoder.Grid.Tokens, width], 1 / Math.Sqrt(width), dtype: config.Training.Precision.ScalarType(),
                device: device).DetachFromDisposeScope(),
            full([batch, width], 1 / Math.Sqrt(width), dtype: float32, device: device).DetachFromDisposeScope(),
            full([(long)batch * encoder.Frames, encoder.Grid.TokensPerFrame], 1.0 / encoder.Grid.TokensPerFrame, dtype: float32,
                device: device).DetachFromDisposeScope());
    }

    public int Width { get; }

    public int GridSide { get; }

    public TeacherOutput Observe(Tensor video, int alignedLayers) => _answer;

    public void Dispose() => _answer.Dispose();
}
