namespace InternVideoNext.Cli;

/// <summary>
/// Standard output or error as a stream that never throws: the display may be closed, or its disk full, but a command that works for
/// days does not end of that. What cannot be written is lost, and <see cref="Failure"/> says why.
/// </summary>
internal sealed class StandardStream : Stream
{
    private readonly Stream _inner;

    public StandardStream(Func<Stream> open)
    {
        var inner = Null;
        Failure = WhyNot(() => inner = open());
        _inner = inner;
    }

    /// <summary>The first error; null while there is none.</summary>
    public string? Failure { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Failure ??= WhyNot(() => _inner.Write(buffer, offset, count));

    public override void Flush() => Failure ??= WhyNot(_inner.Flush);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static string? WhyNot(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
