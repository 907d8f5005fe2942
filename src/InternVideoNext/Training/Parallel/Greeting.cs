using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace InternVideoNext.Training.Parallel;

/// <summary>What a process says of itself on a connection that it has opened.</summary>
/// <param name="Rank">Its place.</param>
/// <param name="Size">How many processes it knows of.</param>
/// <param name="Port">Where it listens to the others.</param>
internal readonly record struct Introduction(int Rank, int Size, int Port);

/// <summary>What the process that was connected to answers.</summary>
internal enum Verdict : byte
{
    Welcome,
    WrongToken,
    OtherSize,
    NoSuchRank,
    RankTaken,
}

/// <summary>
/// The first words on a connection. The one who was connected to sends a random challenge; the other introduces itself, with a challenge
/// of its own, and proves by an HMAC over all of it that it knows the run's token; the verdict carries the same proof in return. Every
/// part has a fixed length, so that a stranger can neither make anyone wait for more nor send much.
/// </summary>
internal sealed class Greeting
{
    private const ulong Magic = 0x32544E4558564E49; // tells a process of a run from whatever else may listen or connect
    private const int ChallengeBytes = 32, ProofBytes = HMACSHA256.HashSizeInBytes, HeadBytes = sizeof(ulong);
    private const int IntroductionBytes = 3 * sizeof(int);

    private readonly byte[] _key, _said;

    private Greeting(Socket socket, byte[] key, byte[] said, Introduction by) => (Socket, _key, _said, By) = (socket, key, said, by);

    public Socket Socket { get; }

    /// <summary>Who has come.</summary>
    public Introduction By { get; }

    /// <summary>Reads the greeting of one that has connected; null for a stranger, whose connection is closed.</summary>
    public static async Task<Greeting?> ReadAsync(Socket socket, byte[] key, CancellationToken cancellation)
    {
        var said = new byte[HeadBytes + ChallengeBytes + HeadBytes + IntroductionBytes + ChallengeBytes + ProofBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(said, Magic);
        RandomNumberGenerator.Fill(said.AsSpan(HeadBytes, ChallengeBytes));
        var answer = said.AsMemory(HeadBytes + ChallengeBytes);
        await socket.SendAsync(said.AsMemory(0, HeadBytes + ChallengeBytes), cancellation).ConfigureAwait(false);
        if (!await FillAsync(socket, answer, cancellation).ConfigureAwait(false)
            || BinaryPrimitives.ReadUInt64LittleEndian(answer.Span) != Magic) return null;
        var proven = said.AsMemory(0, said.Length - ProofBytes);
        var greeting = new Greeting(socket, key, said, IntroductionOf(answer.Span[HeadBytes..]));
        if (CryptographicOperations.FixedTimeEquals(Proof(key, "joins"u8, proven.Span), answer.Span[^ProofBytes..])) return greeting;
        await greeting.AnswerAsync(Verdict.WrongToken, cancellation).ConfigureAwait(false);
        return null;
    }

    /// <summary>Answers it.</summary>
    public async Task AnswerAsync(Verdict verdict, CancellationToken cancellation)
    {
        // Who has not proven to know the token gets no proof either.
        byte[] proof = verdict == Verdict.WrongToken ? new byte[ProofBytes] : Proof(_key, "answers"u8, [.. _said, (byte)verdict]);
        await Socket.SendAsync((byte[])[(byte)verdict, .. proof], cancellation).ConfigureAwait(false);
    }

    /// <summary>Greets the process that this one has connected to.</summary>
    /// <returns>Its verdict; null where no process of this run is there.</returns>
    public static async Task<Verdict?> SendAsync(Socket socket, byte[] key, Introduction introduction, CancellationToken cancellation)
    {
        var said = new byte[HeadBytes + ChallengeBytes + HeadBytes + IntroductionBytes + ChallengeBytes + ProofBytes];
        if (!await FillAsync(socket, said.AsMemory(0, HeadBytes + ChallengeBytes), cancellation).ConfigureAwait(false)
            || BinaryPrimitives.ReadUInt64LittleEndian(said) != Magic) return null;
        var answer = said.AsMemory(HeadBytes + ChallengeBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(answer.Span, Magic);
        Write(introduction, answer.Span[HeadBytes..]);
        RandomNumberGenerator.Fill(answer.Span.Slice(HeadBytes + IntroductionBytes, ChallengeBytes));
        Proof(key, "joins"u8, said.AsSpan(0, said.Length - ProofBytes)).CopyTo(answer[^ProofBytes..]);
        await socket.SendAsync(answer, cancellation).ConfigureAwait(false);
        var verdict = new byte[1 + ProofBytes];
        if (!await FillAsync(socket, verdict, cancellation).ConfigureAwait(false)) return null;
        if ((Verdict)verdict[0] == Verdict.WrongToken) return Verdict.WrongToken;
        return CryptographicOperations.FixedTimeEquals(Proof(key, "answers"u8, [.. said, verdict[0]]), verdict.AsSpan(1))
            ? (Verdict)verdict[0] : null;
    }

    private static byte[] Proof(byte[] key, ReadOnlySpan<byte> role, ReadOnlySpan<byte> said) =>
        HMACSHA256.HashData(key, (byte[])[.. role, .. said]);

    private static void Write(Introduction introduction, Span<byte> place)
    {
        BinaryPrimitives.WriteInt32LittleEndian(place, introduction.Rank);
        BinaryPrimitives.WriteInt32LittleEndian(place[4..], introduction.Size);
        BinaryPrimitives.WriteInt32LittleEndian(place[8..], introduction.Port);
    }

    private static Introduction IntroductionOf(ReadOnlySpan<byte> place) => new(
        BinaryPrimitives.ReadInt32LittleEndian(place), BinaryPrimitives.ReadInt32LittleEndian(place[4..]),
        BinaryPrimitives.ReadInt32LittleEndian(place[8..]));

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> place, CancellationToken cancellation)
    {
        using var stream = new NetworkStream(socket, ownsSocket: false);
        return await stream.ReadAtLeastAsync(place, place.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false)
            == place.Length;
    }
}
