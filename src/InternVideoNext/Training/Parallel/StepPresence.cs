using System.Buffers.Binary;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// What a process tells the others of its part of a step. One that has been told to stop, or whose clips have ended, has no part:
/// then nobody makes the step, so that all stop at the same one.
/// </summary>
/// <param name="Clips">Manifest entries of its clips, in order.</param>
/// <param name="WaitSeconds">How long it waited for them.</param>
internal sealed record StepPresence(IReadOnlyList<int> Clips, double WaitSeconds)
{
    /// <summary>Tells the others, and hears from them.</summary>
    /// <param name="group">All of them.</param>
    /// <param name="own">This process's part; null where it has none.</param>
    /// <returns>All clips in order of batch, and the longest wait; null where any process has no part.</returns>
    public static StepPresence? Agree(IProcessGroup group, StepPresence? own)
    {
        var all = group.Exchange(own?.Write() ?? []);
        if (all.Any(message => message.Length == 0)) return null;
        var parts = all.Select(Read).ToList();
        return new StepPresence([.. parts.SelectMany(part => part.Clips)], parts.Max(part => part.WaitSeconds));
    }

    private byte[] Write()
    {
        var message = new byte[sizeof(double) + (Clips.Count * sizeof(int))];
        BinaryPrimitives.WriteDoubleLittleEndian(message, WaitSeconds);
        for (var i = 0; i < Clips.Count; i++) BinaryPrimitives.WriteInt32LittleEndian(
            message.AsSpan(sizeof(double) + (i * sizeof(int))), Clips[i]);
        return message;
    }

    private static StepPresence Read(byte[] message)
    {
        var clips = new int[(message.Length - sizeof(double)) / sizeof(int)];
        for (var i = 0; i < clips.Length; i++) clips[i] = BinaryPrimitives.ReadInt32LittleEndian(
            message.AsSpan(sizeof(double) + (i * sizeof(int))));
        return new StepPresence(clips, BinaryPrimitives.ReadDoubleLittleEndian(message));
    }
}
