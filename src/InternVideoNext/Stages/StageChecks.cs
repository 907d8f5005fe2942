using InternVideoNext.Foundation;
using InternVideoNext.Models;

namespace InternVideoNext.Stages;

/// <summary>Checks that need the teacher itself, once, when a stage is built.</summary>
internal static class StageChecks
{
    /// <summary>Requires an image teacher that sees the student's tokens and is as wide as what predicts it.</summary>
    /// <param name="teacher">The teacher given.</param>
    /// <param name="student">Whose tokens it must see.</param>
    /// <param name="width">Width of the predictions of it; null where nothing predicts it.</param>
    /// <param name="field">The field that says so.</param>
    /// <exception cref="ConfigurationException">There is none, or it does not fit.</exception>
    public static void RequireFit(IImageTeacher? teacher, EncoderConfig student, int? width, string field)
    {
        if (teacher is null) throw new ConfigurationException("the configuration needs an image teacher, but none was given");
        teacher.RequireGridOf(student);
        if (width is { } given && given != teacher.Width)
            throw new ConfigurationException(
                $"{field} = {given}, but the image teacher is {teacher.Width} wide; set {field}={teacher.Width}");
    }
}
