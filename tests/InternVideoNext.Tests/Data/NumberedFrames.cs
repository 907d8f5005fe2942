using InternVideoNext.Data;
using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Data;

/// <summary>Videos whose every frame shows its own number, in twelve black or white blocks: any codec leaves it readable.</summary>
public sealed class NumberedFrames : IDisposable
{
    public const int Width = 64, Height = 48, Frames = 560, Rate = 25;
    private const int Block = 16;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public NumberedFrames() => File.WriteAllBytes(Raw, [.. Enumerable.Range(0, Frames).SelectMany(Picture)]);

    public string Root { get; } = Directory.CreateTempSubdirectory("ivnext-numbered-").FullName;

    public FFMpegTools Tools { get; } = FFMpegTools.Locate();

    public VideoProbe Probe => new(Tools, Limit);

    public VideoDecoder Decoder => new(Tools, Height, Limit);

    /// <summary>ffmpeg's input of all frames, as they are.</summary>
    public IReadOnlyList<string> Input => ["-f", "rawvideo", "-video_size", "64x48", "-framerate", "25", "-i", Raw];

    private string Raw => Path.Combine(Root, "frames.yuv");

    /// <summary>Makes a file of all frames, once.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="output">ffmpeg's options for it, as on a command line.</param>
    public string Make(string name, string output) =>
        Make(name, [.. Input, .. output.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    /// <summary>Makes a file, once.</summary>
    public string Make(string name, IReadOnlyList<string> arguments)
    {
        var path = Path.Combine(Root, name);
        if (!File.Exists(path)) Run(["-y", "-v", "error", "-nostdin", .. arguments, "file:" + path]);
        return path;
    }

    public void Run(IReadOnlyList<string> arguments)
    {
        var errors = new List<string>();
        var command = new ChildCommand(Tools.FFMpegPath, arguments) { Error = ChildProcess.EachLine(errors.Add) };
        Assert.True(ChildProcess.Run(command, CancellationToken.None) == 0, string.Join('\n', errors));
    }

    /// <summary>A program that behaves as the shell script says.</summary>
    public string Script(string name, string body)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllText(path, "#!/bin/sh\n" + body);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>The numbers that a clip's frames show.</summary>
    public static int[] Shown(SampledFrames clip) => [.. clip.Positions.Select(p => Number(clip.Frames[p], clip.Frames.Width))];

    /// <summary>The numbers that all frames show.</summary>
    public static int[] Shown(VideoFrames frames) => [.. Enumerable.Range(0, frames.Count).Select(i => Number(frames[i], frames.Width))];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static int Number(ReadOnlySpan<byte> frame, int width)
    {
        var number = 0;
        for (var bit = 0; bit < 12; bit++)
            if (frame[(((((bit / 4) * Block) + 8) * width) + ((bit % 4) * Block) + 8) * 3] > 125) number |= 1 << bit;
        return number;
    }

    private static byte[] Picture(int number)
    {
        var picture = new byte[Width * Height * 3 / 2];
        for (var at = 0; at < Width * Height; at++)
        {
            var bit = (at / Width / Block * 4) + (at % Width / Block);
            picture[at] = (number >> bit & 1) == 1 ? (byte)235 : (byte)16;
        }
        picture.AsSpan(Width * Height).Fill(128);
        return picture;
    }
}
