using System.Diagnostics;
using InternVideoNext.Data;

namespace InternVideoNext.Cli;

/// <summary>Makes sure that ffmpeg is there: installs it where that is possible without asking, else says how.</summary>
internal static class FFMpegSetup
{
    /// <exception cref="FFMpegMissingException">ffmpeg is missing and cannot be installed from here; the message says how to.</exception>
    public static async Task<FFMpegTools> EnsureAsync(CancellationToken cancellation)
    {
        if (OnPath("ffmpeg") && OnPath("ffprobe")) return FFMpegTools.Locate();
        if (OnPath("apt-get") && await InstallPrefixAsync(cancellation).ConfigureAwait(false) is { } prefix)
        {
            var install = $"{prefix}apt-get update && {prefix}apt-get install -y --no-install-recommends ffmpeg";
            await Console.Error.WriteLineAsync($"ivnext: ffmpeg is missing; installing it: {install}").ConfigureAwait(false);
            await Succeeds("sh", ["-c", $"export DEBIAN_FRONTEND=noninteractive; {install}"], cancellation).ConfigureAwait(false);
        }
        return FFMpegTools.Locate();
    }

    // Empty as root, "sudo -n " where that asks for no password, null where installing is not allowed.
    private static async Task<string?> InstallPrefixAsync(CancellationToken cancellation)
    {
        if (Environment.IsPrivilegedProcess) return "";
        return await Succeeds("sudo", ["-n", "true"], cancellation).ConfigureAwait(false) ? "sudo -n " : null;
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<bool> Succeeds(string program, string[] arguments, CancellationToken cancellation)
    {
        if (!OnPath(program)) return false;
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        var text = await output.ConfigureAwait(false);
        if (process.ExitCode != 0 && program == "sh") await Console.Error.WriteLineAsync(string.Concat(text)).ConfigureAwait(false);
        return process.ExitCode == 0;
    }
}
