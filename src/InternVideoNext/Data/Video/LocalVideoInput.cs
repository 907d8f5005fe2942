namespace InternVideoNext.Data;

/// <summary>
/// A file as ffmpeg's input, and nothing but that file. The name is an absolute path behind <c>file:</c>, so a dash, a colon,
/// <c>concat:</c> or <c>http:</c> in it has no meaning; no protocol but <c>file</c> is allowed; and only containers that hold
/// their own data are, so a playlist or script under a video's name cannot make ffmpeg open anything else.
/// </summary>
internal static class LocalVideoInput
{
    private const string Containers = "3dostr,4xm,aea,amv,apng,asf,asf_o,av1,avi,bink,c93,cavsvideo,cdxl,cine,dirac,"
        + "dnxhd,dsicin,dv,dxa,ea,evc,ffm,"
        + "film_cpk,flic,flv,live_flv,gif,gxf,h261,h263,h264,hevc,idcin,ifv,ipmovie,ivf,ivr,kux,lvf,m4v,matroska,mjpeg,"
        + "mlv,mods,moflex,mov,mpeg,mpegts,"
        + "mpegvideo,mtv,mv,mvi,mxf,mxg,nc,nsv,nut,nuv,obu,ogg,paf,pmp,pva,r3d,rl2,rm,roq,rpl,sga,siff,smk,smush,swf,"
        + "thp,tiertexseq,tmv,ty,txd,vc1,vc1test,"
        + "viv,vivo,vmd,vvc,wc3movie,webp,wsvqa,wtv,xmv,yop,yuv4mpegpipe";

    /// <summary>How far ffmpeg and ffprobe look into a file where their usual 5 MB and 5 s do not show its streams.</summary>
    public static IReadOnlyList<string> Deep { get; } = ["-probesize", "300M", "-analyzeduration", "300M"];

    /// <summary>The input, for ffmpeg and ffprobe alike; options before it hold for it alone.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="isDeep">Whether to look further into it; see <see cref="VideoInfo.IsDeep"/>.</param>
    public static IReadOnlyList<string> Of(string path, bool isDeep) =>
        [.. isDeep ? Deep : [], "-protocol_whitelist", "file", "-format_whitelist", Containers, "-i", "file:" + path];

    /// <summary>The stream of an input that is meant, as ffmpeg's options and filters name it.</summary>
    /// <param name="input">The input's place among the inputs.</param>
    /// <param name="info">What is known of the file.</param>
    public static string StreamOf(int input, VideoInfo info) =>
        info.Stream is { } stream ? FormattableString.Invariant($"{input}:{stream}") : FormattableString.Invariant($"{input}:V:0");

    /// <summary>Checks before any process is started that the path is a file with something in it.</summary>
    /// <returns>The file itself, links followed: its size and times are those of the video.</returns>
    /// <exception cref="VideoReadException">It is missing, a folder, empty, a pipe or a device.</exception>
    public static FileInfo CheckedFile(string path)
    {
        if (Directory.Exists(path)) throw new VideoReadException(path, "it is a folder");
        var file = new FileInfo(path);
        try
        {
            if (file.Exists) file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }
        catch (IOException e)
        {
            throw new VideoReadException(path, $"its link cannot be followed: {e.Message}");
        }
        if (!file.Exists) throw new VideoReadException(path, "there is no such file");
        // Pipes, sockets and devices have length 0 too; opening one could wait for ever.
        return file.Length > 0 ? file : throw new VideoReadException(path, "the file is empty (or a pipe or device)");
    }
}
