using System.Diagnostics;
using InternVideoNext.Data;

namespace InternVideoNext.Cli;

/// <summary>Makes sure that ffmpeg is there: installs it where that is possible without asking, else says how.</summary>
internal static class FFMpegSetup
{
    /// <exception cref="FFMpegMissingException">ffmpeg is missing and cannot be installed from here.</exception>
    public static async Task EnsureAsync(CancellationToken cancellation)
    {
        if (OnPath("ffmpeg") && OnPath("ffprobe")) return;
        if (!OnPath("apt-get") || !(Environment.UserName == "root" || await Succeeds("sudo", "-n true", cancellation).ConfigureAwait(false)))
            throw new FFMpegMissingException();
        var sudo = Environment.UserName == "root" ? "" : "sudo -n ";
        var install = $"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends ffmpeg";
        await Console.Error.WriteLineAsync($"ivnext: ffmpeg is missing; installing it: {install}").ConfigureAwait(false);
        if (!await Succeeds("sh", $"-c \"DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND; {install}\"", cancellation).ConfigureAwait(false) || !OnPath("ffmpeg"))
            throw new FFMpegMissingException();
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<bool> Succeeds(string program, string arguments, CancellationToken cancellation)
    {
        if (!OnPath(program)) return false;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        var text = await output.ConfigureAwait(false);
        if (process.ExitCode != 0 && program == "sh") await Console.Error.WriteLineAsync(string.Concat(text)).ConfigureAwait(false);
        return process.ExitCode == 0;
    }
}
