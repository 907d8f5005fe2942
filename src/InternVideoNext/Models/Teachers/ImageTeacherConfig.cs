using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>Which frozen image model guides Stage 1.</summary>
[KindNamedBy("kind", "teacher", "image_teacher")]
public abstract record ImageTeacherConfig
{
    /// <summary>
    /// Spacing of the aligned teacher layers, counted from the top: 3.33 for Base, 1.67 for Large students (method, section 4).
    /// </summary>
    public double Interval { get; init; } = 1;

    /// <summary>Checks the fields, as far as they can be without the teacher's weights.</summary>
    /// <param name="alignedLayers">How many of its layers will be asked for.</param>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public virtual void Validate(int alignedLayers) => new ConfigCheck("teacher").NotNegative("interval", Interval).ThrowIfAny();

    /// <summary>Makes the teacher. The caller disposes it.</summary>
    /// <param name="device">Where to put it.</param>
    /// <param name="type">Type of its weights; it is fed videos of the same.</param>
    /// <param name="seed">Of random weights, where it has such.</param>
    /// <exception cref="IOException">Its file cannot be read.</exception>
    public abstract IImageTeacher Build(Device device, ScalarType type, ulong seed);

    /// <summary>The teacher as a tree of blocks; null where the kind does not say.</summary>
    /// <param name="frames">Frames of a clip, each looked at once.</param>
    public virtual BlockDescription? Describe(int frames) => null;
}
