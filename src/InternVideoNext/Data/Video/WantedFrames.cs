namespace InternVideoNext.Data;

/// <summary>Frames wanted of one file.</summary>
/// <param name="Path">A local file.</param>
/// <param name="Info">What is known of it.</param>
/// <param name="Indices">Wanted frames, ascending, each in 0..FrameCount-1; may repeat.</param>
internal sealed record WantedFrames(string Path, VideoInfo Info, IReadOnlyList<int> Indices)
{
    /// <summary>The wanted frames without repetition.</summary>
    public int[] Distinct { get; } = [.. Indices.Distinct()];
}
