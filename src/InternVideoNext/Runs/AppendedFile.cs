using Microsoft.Win32.SafeHandles;

namespace InternVideoNext.Runs;

/// <summary>
/// A file that grows at its end. What a full or missing disk did not take waits in memory for the next try, at the same place: a
/// write that failed half way leaves no half.
/// </summary>
/// <param name="file">Open for writing; closed with this.</param>
/// <param name="length">Where to go on writing.</param>
internal sealed class AppendedFile(SafeFileHandle file, long length) : IDisposable
{
    private readonly MemoryStream _waiting = new();
    private long _length = length;

    /// <summary>Takes what is to be appended; nothing is on the disk before <see cref="Flush"/>.</summary>
    public Stream Waiting => _waiting;

    /// <summary>Appends what waits.</summary>
    /// <exception cref="IOException">It could not be written; it waits on.</exception>
    public void Flush()
    {
        RandomAccess.Write(file, _waiting.GetBuffer().AsSpan(0, (int)_waiting.Length), _length);
        _length += _waiting.Length;
        _waiting.SetLength(0);
    }

    /// <summary>As <see cref="Flush"/>, then waits until the disk has it.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void FlushToDisk()
    {
        Flush();
        RandomAccess.FlushToDisk(file);
    }

    public void Dispose()
    {
        file.Dispose();
        _waiting.Dispose();
    }
}
