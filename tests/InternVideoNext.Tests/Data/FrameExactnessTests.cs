using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

/// <summary>Frame i is frame i, whichever way it is read: by seeking, from end to end, in a group.</summary>
public sealed class FrameExactnessTests(NumberedFrames files) : IClassFixture<NumberedFrames>
{
    private const string X264 = "-c:v libx264 -preset veryfast -threads 1 -g 50";
    private const string X265 = "-c:v libx265 -preset ultrafast -x265-params log-level=error:pools=1:frame-threads=1:keyint=50";
    private const string Mpeg4 = "-c:v mpeg4 -q:v 2 -g 50 -threads 1";
    private const string Mpeg2 = "-c:v mpeg2video -q:v 2 -g 15 -bf 2 -threads 1";
    private const string Vp8 = "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 200k -g 50 -threads 1";

    private static readonly int[] Wanted = [0, 1, 123, 149, 150, 151, 402, 558];

    /// <summary>Name, ffmpeg's options, and whether frames are reached by seeking.</summary>
    public static TheoryData<string, string, bool> Kinds => new()
    {
        { "h264.mp4", X264, true },
        { "open-gop.mp4", X264 + " -x264-params open-gop=1", false },
        { "refresh.mp4", X264 + " -x264-params intra-refresh=1", true },
        { "one-key.mp4", "-c:v libx264 -preset veryfast -threads 1 -g 9999 -x264-params scenecut=0", false },
        { "h264.mov", X264, true },
        { "prores.mov", "-c:v prores -threads 1", true },
        { "h264.m4v", X264, true },
        { "h264.f4v", X264, true },
        { "mpeg4.qt", Mpeg4 + " -f mov", true },
        { "h263.3gp", "-c:v h263 -s 128x96 -q:v 2 -g 50", true },
        { "mpeg4.3g2", Mpeg4, true },
        { "hevc.mp4", X265 + ":open-gop=1", true },
        { "h264.mkv", X264, true },
        { "mpeg2.mkv", Mpeg2, true },
        { "mpeg4.mk3d", Mpeg4 + " -bf 2 -f matroska", true },
        { "vp8.webm", Vp8, true },
        { "vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 200k -g 50 -threads 1", true },
        { "av1.mkv", "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 50 -threads 1", true },
        { "h264.ts", X264, true },
        { "hevc.ts", X265 + ":open-gop=1", true },
        { "mpeg2.mts", Mpeg2 + " -f mpegts", true },
        { "h264.m2ts", X264, true },
        { "h264.flv", X264, true },
        { "flv1.flv", "-c:v flv -q:v 2 -g 50", true },
        { "wmv2.wmv", "-c:v wmv2 -q:v 2 -g 50", true },
        { "msmpeg4.asf", "-c:v msmpeg4 -q:v 2 -g 50", true },
        { "theora.ogv", "-c:v libtheora -q:v 9 -g 50", true },
        { "theora.ogg", "-c:v libtheora -q:v 9 -g 50", true },
        { "mpeg4.avi", Mpeg4, true },
        { "mpeg4-b.avi", Mpeg4 + " -bf 2", false },
        { "h264.avi", X264, false },
        { "mjpeg.avi", "-c:v mjpeg -q:v 2", true },
        { "xvid.divx", Mpeg4 + " -vtag DX50 -f avi", true },
        { "h264.nut", X264, true },
        { "mpeg2.mxf", Mpeg2, true },
        { "mpeg2.wtv", Mpeg2, true },
        { "vp8.ivf", Vp8, true },
        { "raw.y4m", "", true },
        { "animated.gif", "-c:v gif", false },
        { "mpeg2.mpg", Mpeg2, false },
        { "mpeg1.mpeg", "-c:v mpeg1video -q:v 2 -g 15 -bf 2", false },
        { "mpeg2.vob", Mpeg2, false },
        { "mpeg1.m1v", "-c:v mpeg1video -q:v 2 -g 15 -bf 2", false },
        { "mpeg2.m2v", Mpeg2, false },
        { "mpeg4.m4v", Mpeg4 + " -bf 2 -f m4v", false },
        { "raw.h264", X264, false },
        { "raw.hevc", X265, false },
        { "raw.obu", "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 50 -threads 1 -f obu", false },
        { "raw.mjpeg", "-c:v mjpeg -q:v 2", false },
        { "flv.swf", "-c:v flv -q:v 2 -g 50", false },
        { "rv10.rm", "-c:v rv10 -s 128x96 -q:v 2 -g 50", true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_AnyContainerAndCodec_GivesTheSameFramesSoughtAndFromEndToEnd(string name, string options, bool seeks)
    {
        var path = files.Make(name, options);
        var info = files.Probe.Read(path, CancellationToken.None);
        var all = files.Decoder.ReadAll(path, info, CancellationToken.None).Frames;
        Assert.Equal(Enumerable.Range(0, info.FrameCount), NumberedFrames.Shown(all));
        Assert.Equal(NumberedFrames.Frames, info.FrameCount);
        Assert.Equal(Wanted, NumberedFrames.Shown(files.Decoder.Read(path, info, Wanted, CancellationToken.None)));
        var sought = Sought(path, info, Wanted);
        for (var i = 0; i < sought?.Count; i++) Assert.True(sought[i].SequenceEqual(all[Wanted[i]]), $"frame {Wanted[i]} differs");
        Assert.Equal(seeks, sought is not null);
    }

    [Fact]
    public void Extensions_ThatTheFolderSearchAccepts_AreThoseTested()
    {
        // The same containers by another name, and three that this ffmpeg can read but not write to this measure.
        string[] others = [".264", ".265", ".h265", ".av1", ".mjpg", ".mpe", ".mpv", ".ogm", ".rmvb", ".amv", ".dv"];
        var tested = Kinds.Select(k => Path.GetExtension((string)k[0])).Concat(others).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(VideoFolder.Extensions.Order(StringComparer.Ordinal), tested);
    }

    [Theory]
    [InlineData("late.mp4", X264, true)]
    [InlineData("late.mkv", X264, true)]
    [InlineData("late.webm", Vp8, true)]
    [InlineData("late.ts", X264, true)]
    [InlineData("late.flv", X264, true)]
    [InlineData("late.avi", Mpeg4, false)]
    public void Read_VideoThatStartsLate_CountsFromItsOwnStart(string name, string options, bool seeks)
    {
        var sound = Path.GetExtension(name) == ".webm" ? "libopus" : "aac";
        var path = files.Make(name,
            [
                "-f", "lavfi", "-i", "sine=d=40:r=48000", "-itsoffset", "7.3", .. files.Input, "-map", "0", "-map", "1",
                .. options.Split(' '), "-c:a", sound, "-fps_mode", "vfr",
            ]);
        var info = files.Probe.Read(path, CancellationToken.None);
        // An AVI has no other way to begin late than with its first frame.
        if (Path.GetExtension(name) != ".avi") Assert.InRange(info.FrameCount, NumberedFrames.Frames - 1, NumberedFrames.Frames + 1);
        var all = NumberedFrames.Shown(files.Decoder.ReadAll(path, info, CancellationToken.None).Frames);
        Assert.Equal(all[402], NumberedFrames.Shown(files.Decoder.Read(path, info, [402], CancellationToken.None))[0]);
        var sought = Sought(path, info, Wanted);
        if (sought is not null) Assert.Equal(Wanted.Select(i => all[i]), NumberedFrames.Shown(sought));
        if (seeks) Assert.NotNull(sought);
    }

    [Theory]
    [InlineData("rates.mp4")]
    [InlineData("rates.mkv")]
    public void Read_VariableRate_GivesTheSameFramesSoughtAndFromEndToEnd(string name)
    {
        var path = files.Make(name, X264 + " -vf setpts=N/25/TB+gt(N\\,100)*1.1/TB+gt(N\\,300)*mod(N\\,3)/90/TB -fps_mode vfr");
        var info = files.Probe.Read(path, CancellationToken.None);
        var all = NumberedFrames.Shown(files.Decoder.ReadAll(path, info, CancellationToken.None).Frames);
        int[] wanted = [3, 101, 120, 133, 200, 330, 401, 402, 500];
        Assert.Equal(wanted.Select(i => all[i]), NumberedFrames.Shown(Assert.IsType<VideoFrames>(Sought(path, info, wanted))));
    }

    [Theory]
    [InlineData("edited.mp4")]
    [InlineData("cut.ts")]
    public void Read_FileCutWithoutEncoding_GivesTheSameFramesSoughtAndFromEndToEnd(string name)
    {
        var whole = files.Make("h264" + Path.GetExtension(name), X264);
        var path = files.Make(name, ["-ss", "1.3", "-i", whole, "-c", "copy"]);
        var info = files.Probe.Read(path, CancellationToken.None);
        var all = NumberedFrames.Shown(files.Decoder.ReadAll(path, info, CancellationToken.None).Frames);
        int[] wanted = [0, 20, 111, 234, 401, 500];
        Assert.Equal(wanted.Select(i => all[i]), NumberedFrames.Shown(files.Decoder.Read(path, info, wanted, CancellationToken.None)));
        if (Sought(path, info, wanted) is { } sought) Assert.Equal(wanted.Select(i => all[i]), NumberedFrames.Shown(sought));
    }

    [Fact]
    public void Read_TimesThatJumpBack_AreNotSoughtIn()
    {
        var one = files.Make("h264.ts", X264);
        var path = Path.Combine(files.Root, "joined.ts");
        File.WriteAllBytes(path, [.. File.ReadAllBytes(one), .. File.ReadAllBytes(one)]);
        Assert.Null(files.Probe.Read(path, CancellationToken.None).Seek);
    }

    [Fact]
    public void Read_DurationOfALongerSound_IsNotThatOfTheVideo()
    {
        var kinds = new[] { ("sound.webm", Vp8, "libopus"), ("sound.flv", "-c:v flv", "aac"), ("sound.mkv", X264, "aac") };
        foreach (var (name, codec, sound) in kinds)
        {
            var path = files.Make(name,
                [.. files.Input, "-f", "lavfi", "-i", "sine=d=60:r=48000", .. codec.Split(' '), "-frames:v", "40", "-c:a", sound]);
            Assert.InRange(files.Probe.Read(path, CancellationToken.None).FrameCount, 39, 41);
        }
    }

    [Fact]
    public void Read_StreamedFileWithoutDuration_TellsItFromItsPackets()
    {
        var piped = Path.Combine(files.Root, "live.mkv");
        files.Run(["-y", "-v", "error", .. files.Input, .. X264.Split(' '), "-f", "matroska", "-live", "1", "file:" + piped]);
        var info = files.Probe.Read(piped, CancellationToken.None);
        Assert.Equal((560, 22.4), (info.FrameCount, Math.Round(info.DurationSeconds, 1)));
        Assert.Equal(Wanted, NumberedFrames.Shown(files.Decoder.Read(piped, info, Wanted, CancellationToken.None)));
    }

    [Fact]
    public void Read_SeveralVideoStreams_TakesTheOneAPlayerShows()
    {
        // A still, a small video, and the whole one; none of the first two is the default.
        var path = files.Make("several.mkv",
            [
                "-f", "lavfi", "-i", "color=red:s=320x240:d=0.04:r=25", "-f", "lavfi", "-i", "color=blue:s=32x32:d=30:r=25", .. files.Input,
                "-map", "0", "-map", "1", "-map", "2", .. X264.Split(' '), "-disposition:v", "0",
            ]);
        var info = files.Probe.Read(path, CancellationToken.None);
        Assert.Equal((2, 64, 48), (info.Stream, info.Width, info.Height));
        Assert.Equal(Wanted, NumberedFrames.Shown(files.Decoder.Read(path, info, Wanted, CancellationToken.None)));
        Assert.Equal(NumberedFrames.Frames, new FrameCounter(files.Tools, TimeSpan.FromSeconds(60)).Count(path, info, default).Frames);
        var byDefault = files.Make("default.mkv", ["-i", path, "-map", "0", "-c", "copy", "-disposition:v:1", "default"]);
        Assert.Equal((1, 32), (files.Probe.Read(byDefault, default).Stream, files.Probe.Read(byDefault, default).Width));
    }

    [Fact]
    public void Read_AttachedPicture_IsNotTheVideo()
    {
        var cover = files.Make("cover.png", ["-f", "lavfi", "-i", "color=red:s=640x480:d=0.04:r=25", "-frames:v", "1"]);
        var path = files.Make("cover.mp4",
            ["-i", cover, "-i", files.Make("h264.mp4", X264), "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic"]);
        var info = files.Probe.Read(path, CancellationToken.None);
        Assert.Equal((64, 560), (info.Width, info.FrameCount));
        Assert.Equal(Wanted, NumberedFrames.Shown(files.Decoder.Read(path, info, Wanted, CancellationToken.None)));
    }

    [Fact]
    public void Read_StreamThatBeginsBeyondTheUsualLook_IsFound()
    {
        var path = files.Make("deep.ts",
            [
                "-f", "lavfi", "-i", "sine=d=40", "-itsoffset", "12", .. files.Input, "-map", "0", "-map", "1", .. X264.Split(' '),
                "-c:a", "aac",
            ]);
        var info = files.Probe.Read(path, CancellationToken.None);
        Assert.True(info.IsDeep);
        Assert.InRange(info.FrameCount, 559, 561);
        Assert.Equal(Wanted, NumberedFrames.Shown(files.Decoder.Read(path, info, Wanted, CancellationToken.None)));
    }

    [Fact]
    public void Read_SlowSeeking_LeavesDecodingItsWholeTime()
    {
        var path = files.Make("h264.mp4", X264);
        var script = files.Script("slow-seeking", $"case \"$*\" in *-copyts*) sleep 600;; esac\nexec '{files.Tools.FFMpegPath}' \"$@\"\n");
        var info = files.Probe.Read(path, CancellationToken.None) with { Width = 1280, Height = 960 };
        var decoder = new VideoDecoder(files.Tools with { FFMpegPath = script }, NumberedFrames.Height, TimeSpan.FromSeconds(8));
        Assert.Equal(Wanted, NumberedFrames.Shown(decoder.Read(path, info, Wanted, CancellationToken.None)));
    }

    // As if the pictures were large, so that seeking pays.
    private VideoFrames? Sought(string path, VideoInfo info, int[] wanted) =>
        new SeekingDecoder(files.Tools, TimeSpan.FromSeconds(60)).Read(
            path, info with { Width = 1280, Height = 960 }, wanted, files.Decoder.Scale(info), (64, 48), CancellationToken.None);
}
