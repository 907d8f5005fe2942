using InternVideoNext.Data;

namespace InternVideoNext.Cli;

/// <summary>Makes sure that ffmpeg is there: installs it where that is possible without asking, else says how.</summary>
internal static class FFMpegSetup
{
    /// <exception cref="FFMpegMissingException">ffmpeg is missing and cannot be installed from here; the message says how to.</exception>
    public static async Task<FFMpegTools> EnsureAsync(CancellationToken cancellation)
    {
        await SystemPackage.EnsureAsync(
            "ffmpeg", () => Task.FromResult(SystemPackage.OnPath("ffmpeg") && SystemPackage.OnPath("ffprobe")), cancellation)
            .ConfigureAwait(false);
        return FFMpegTools.Locate();
    }
}
