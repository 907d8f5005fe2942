using System.Diagnostics;
using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

/// <summary>
/// Small video files, made once for all tests of the folder in two runs of ffmpeg. Frame N of the 24-frame clips is a grey of
/// 10.5 N, so that a decoded frame tells its index.
/// </summary>
public sealed class VideoFiles : IDisposable
{
    private const double GreyStep = 9 * 255.0 / 219;

    private readonly VideoIndex _index;

    public VideoFiles()
    {
        Directory.CreateDirectory(Good);
        Directory.CreateDirectory(Bad);
        _index = new VideoIndex(Probe, CacheFolder);
        const string grey = "geq=lum='16+9*N':cb=128:cr=128";
        Ffmpeg(
            $"-f lavfi -i \"nullsrc=s=96x64:r=24:d=1,format=yuv420p,{grey}\" -f lavfi -i \"testsrc=s=64x64:r=24:d=1\" -f lavfi -i sine=d=1 "
            + "-f lavfi -i \"nullsrc=s=96x64:r=24:d=0.5,format=yuv420p,geq=lum='if(lt(X+Y,60),235,16)':cb=128:cr=128\" "
            + $"-map 0 -c:v libx264 -g 6 {Out("h264.mp4")} -map 1 -c:v libx264 -g 6 -movflags faststart {Out("faststart.mp4")} "
            + $"-map 0 -c:v libvpx-vp9 -cpu-used 8 -s 52x34 {Out("vp9.webm")} -map 1 -c:v mpeg4 -s 63x47 {Out("mpeg4.avi")} "
            + $"-map 1 -c:v libx264 -pix_fmt yuv420p {Out("-dash.mp4")} -map 0 -frames:v 1 -c:v libx264 {Out("one.mp4")} "
            + $"-map 0 -vf \"select='lt(n,12)+not(mod(n,3))'\" -vsync vfr -bf 0 -c:v libx264 {Out("vfr.mp4")} -map 0 -c:v libx264 -f "
                + $"h264 {Out("raw.h264")} "
            + $"-map 3 -c:v libx264 {Out("upright.mp4")} -map 2 -c:a aac {Out("audio.mp4")}");
        Ffmpeg($"-i {Out("upright.mp4")} -c copy -metadata:s:v rotate=90 {Out("vertical.mp4")}");
        File.Move(In("audio.mp4"), Broken("audio.mp4"));
        File.Delete(In("upright.mp4"));
        File.Copy(In("h264.mp4"), In("it's a \"clip\": 100 %d.mp4"));
        File.WriteAllBytes(Broken("zero.mp4"), []);
        File.WriteAllText(Broken("text.mp4"), "This is not a video.\n");
        File.WriteAllBytes(Broken("truncated.mp4"), Head("h264.mp4", 0.5));
        File.WriteAllBytes(Broken("breaks-off.mp4"), Head("faststart.mp4", 0.75));
        File.Delete(In("faststart.mp4"));
        File.WriteAllText(
            Broken("playlist.mp4"), $"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{In("h264.mp4")}\n#EXT-X-ENDLIST\n");
        File.WriteAllText(Broken("concat.mp4"), $"ffconcat version 1.0\nfile '{In("h264.mp4")}'\n");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("ivnext-videos-").FullName;

    public string Good => Path.Combine(Root, "good");

    public string Bad => Path.Combine(Root, "bad");

    public FFMpegTools Tools { get; } = FFMpegTools.Locate();

    public VideoProbe Probe => new(Tools, TimeSpan.FromSeconds(60));

    public string In(string name) => Path.Combine(Good, name);

    public string Broken(string name) => Path.Combine(Bad, name);

    public VideoDecoder Decoder(int shortSide) => new(Tools, shortSide, TimeSpan.FromSeconds(60));

    /// <summary>Holds an index of the files that <see cref="Info"/> was asked about.</summary>
    public string CacheFolder => Path.Combine(Root, "cache");

    /// <summary>What ffprobe tells of a sound file; asked once for all tests.</summary>
    public VideoInfo Info(string name)
    {
        var info = _index.Of(In(name), CancellationToken.None);
        _index.Save();
        return info;
    }

    /// <summary>Which frame of a grey clip a picture shows, by its middle pixel.</summary>
    public static int FrameShown(ReadOnlySpan<byte> frame) => (int)Math.Round(frame[frame.Length / 2] / GreyStep);

    /// <summary>A program that behaves as the shell script says.</summary>
    public string Script(string name, string body)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllText(path, "#!/bin/sh\n" + body);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(
            path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private string Out(string name) => $"\"file:{In(name)}\"";

    private byte[] Head(string name, double share)
    {
        var all = File.ReadAllBytes(In(name));
        return all[..(int)(all.Length * share)];
    }

    private static void Ffmpeg(string arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("ffmpeg", $"-v error -nostdin -y {arguments}") { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ffmpeg could not make the test videos: {errors}");
    }
}

[CollectionDefinition(Name)]
public sealed class VideoFilesGroup : ICollectionFixture<VideoFiles>
{
    public const string Name = "video files";
}
