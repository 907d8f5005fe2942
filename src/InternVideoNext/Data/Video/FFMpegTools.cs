namespace InternVideoNext.Data;

/// <summary>The ffmpeg and ffprobe programs that this machine has.</summary>
/// <param name="FFMpegPath">The ffmpeg program.</param>
/// <param name="FFProbePath">The ffprobe program.</param>
public sealed record FFMpegTools(string FFMpegPath, string FFProbePath)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    /// <summary>Finds both programs on PATH.</summary>
    /// <exception cref="FFMpegMissingException">One is missing; the message says how to install it.</exception>
    public static FFMpegTools Locate() => Locate(Environment.GetEnvironmentVariable("PATH") ?? "");

    internal static FFMpegTools Locate(string searchPath) => new(Find("ffmpeg", searchPath), Find("ffprobe", searchPath));

    /// <summary>The command that installs ffmpeg on this system.</summary>
    public static string InstallCommand { get; } =
        OperatingSystem.IsMacOS() ? "brew install ffmpeg"
        : OperatingSystem.IsWindows() ? "winget install Gyan.FFmpeg"
        : File.Exists("/etc/debian_version") ? "sudo apt-get install -y ffmpeg"
        : File.Exists("/etc/redhat-release") ? "sudo dnf install -y ffmpeg"
        : "brew install ffmpeg (or your system's package manager)";

    /// <summary>The version that ffmpeg tells of itself, for example <c>5.1.9-0+deb12u1</c>.</summary>
    /// <exception cref="FFMpegMissingException">The program cannot be started, or is not ffmpeg.</exception>
    public string Version()
    {
        var words = Ask(["-version"]).Split(' ', 4);
        return words is ["ffmpeg", "version", var version, ..] ? version
            : throw new FFMpegMissingException($"'{FFMpegPath}' is not ffmpeg: it did not tell a version. Install it: {InstallCommand}");
    }

    /// <summary>ffmpeg's names of the video codecs that it can decode, sorted: <c>h264</c>, <c>vp9</c>, ...</summary>
    /// <exception cref="FFMpegMissingException">The program cannot be started.</exception>
    public IReadOnlyList<string> VideoDecoders()
    {
        // A line per codec after the legend: six flags (D decodes, third letter V video), then the name.
        var lines = Ask(["-hide_banner", "-codecs"]).Split('\n').SkipWhile(l => !l.Contains("-------", StringComparison.Ordinal)).Skip(1);
        return [.. lines.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length > 1 && w[0].Length == 6 && w[0][0] == 'D' && w[0][2] == 'V')
            .Select(w => w[1]).Order(StringComparer.Ordinal)];
    }

    private string Ask(IReadOnlyList<string> question) =>
        MediaProcess.Ask(FFMpegPath, question, AnswerLimit, CancellationToken.None).Answer;

    private static string Find(string program, string searchPath)
    {
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return searchPath.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists)
            ?? throw new FFMpegMissingException($"{program} is not installed (not found on PATH). Install it: {InstallCommand}");
    }
}

/// <summary>ffmpeg or ffprobe is not installed. The message holds the command that installs it here.</summary>
public sealed class FFMpegMissingException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public FFMpegMissingException(string message) : base(message) { }

    /// <summary>Creates the error with the whole message and its cause.</summary>
    public FFMpegMissingException(string message, Exception innerException) : base(message, innerException) { }
}
