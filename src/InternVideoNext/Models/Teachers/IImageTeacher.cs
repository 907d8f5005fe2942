using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>A frozen image model that guides Stage 1, frame by frame. It belongs to the runner, not to the student's module.</summary>
public interface IImageTeacher : IDisposable
{
    /// <summary>D, channels of its states and of its vector.</summary>
    int Width { get; }

    /// <summary>Tokens along the side of a frame. It must equal the student's: tokens are aligned one to one.</summary>
    int GridSide { get; }

    /// <summary>Looks at every frame, without gradient.</summary>
    /// <param name="video">[B, 3, T, H, W], ImageNet mean/std normalised.</param>
    /// <param name="alignedLayers">K, how many intermediate states to give.</param>
    TeacherOutput Observe(Tensor video, int alignedLayers);

    /// <summary>Checks once, at build, that student and teacher see the same tokens.</summary>
    /// <param name="student">The encoder to be taught.</param>
    /// <exception cref="ConfigurationException">The grids differ.</exception>
    void RequireGridOf(EncoderConfig student)
    {
        if (student.Grid.Height == GridSide && student.Grid.Width == GridSide) return;
        throw new ConfigurationException(
            $"model.encoder: image_size = {student.ImageSize}, patch_size = {student.PatchSize}: the student has {student.Grid.Height} "
                + $"x {student.Grid.Width} " +
            $"tokens per frame, the teacher {GridSide} x {GridSide}. Change the size of one of them.");
    }
}
