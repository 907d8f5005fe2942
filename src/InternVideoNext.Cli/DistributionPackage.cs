using System.Diagnostics;

namespace InternVideoNext.Cli;

/// <summary>Installs a package of Debian or Ubuntu where that is possible without asking.</summary>
internal static class DistributionPackage
{
    /// <summary>Whether all of these programs are there.</summary>
    public static bool HasPrograms(params string[] programs) => programs.All(OnPath);

    /// <summary>Tries to install one; says so on standard error, and there too what went wrong.</summary>
    /// <param name="package">Its name.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task TryInstallAsync(string package, CancellationToken cancellation)
    {
        if (!OnPath("apt-get") || await PrefixAsync(cancellation).ConfigureAwait(false) is not { } prefix) return;
        var install = $"{prefix}apt-get update && {prefix}apt-get install -y --no-install-recommends {package}";
        await Console.Error.WriteLineAsync($"ivnext: {package} is missing; installing it: {install}").ConfigureAwait(false);
        await Succeeds("sh", ["-c", $"export DEBIAN_FRONTEND=noninteractive; {install}"], cancellation).ConfigureAwait(false);
    }

    // Empty as root, "sudo -n " where that asks for no password, null where installing is not allowed.
    private static async Task<string?> PrefixAsync(CancellationToken cancellation)
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
