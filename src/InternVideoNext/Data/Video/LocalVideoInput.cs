using FFMpegCore;
using FFMpegCore.Arguments;

namespace InternVideoNext.Data;

/// <summary>
/// A file as ffmpeg's input, and nothing but that file. The name is an absolute path behind <c>file:</c>, so a dash, a colon,
/// <c>concat:</c> or <c>http:</c> in it has no meaning; no protocol but <c>file</c> is allowed; and only containers that hold
/// their own data are, so a playlist or script under a video's name cannot make ffmpeg open anything else.
/// </summary>
internal sealed class LocalVideoInput(params IReadOnlyList<string> paths) : IInputArgument
{
    private const string Containers = "3dostr,4xm,aea,amv,apng,asf,asf_o,av1,avi,bink,c93,cavsvideo,cdxl,cine,dirac,"
        + "dnxhd,dsicin,dv,dxa,ea,evc,ffm,"
        + "film_cpk,flic,flv,live_flv,gif,gxf,h261,h263,h264,hevc,idcin,ifv,ipmovie,ivf,ivr,kux,lvf,m4v,matroska,mjpeg,"
        + "mlv,mods,moflex,mov,mpeg,mpegts,"
        + "mpegvideo,mtv,mv,mvi,mxf,mxg,nc,nsv,nut,nuv,obu,ogg,paf,pmp,pva,r3d,rl2,rm,roq,rpl,sga,siff,smk,smush,swf,"
        + "thp,tiertexseq,tmv,ty,txd,vc1,vc1test,"
        + "viv,vivo,vmd,vvc,wc3movie,webp,wsvqa,wtv,xmv,yop,yuv4mpegpipe";

    /// <summary>Options that ffmpeg gets before each of the inputs: an input's options hold for that one alone.</summary>
    public string EachOptions { get; init; } = "";

    /// <summary>The options and the input, or inputs, for ffmpeg and ffprobe alike.</summary>
    public string Text =>
        string.Join(' ', paths.Select(path =>
            $"{EachOptions} -protocol_whitelist file -format_whitelist {Containers} -i {Quoted(path)}".TrimStart()));

    private static string Quoted(string path) => MediaProcess.Quote("file:" + path);

    public void Pre(FFOptions options) { }

    public Task During(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public void Post() { }

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
