namespace InternVideoNext.Foundation;

/// <summary>How pictures are normalised for models: ImageNet's statistics of red, green and blue, of pixels in 0..1.</summary>
public static class ImageNet
{
    /// <summary>The mean of each colour.</summary>
    public static IReadOnlyList<double> Mean { get; } = [0.485, 0.456, 0.406];

    /// <summary>The standard deviation of each colour.</summary>
    public static IReadOnlyList<double> Deviation { get; } = [0.229, 0.224, 0.225];
}
