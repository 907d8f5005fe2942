using InternVideoNext.Foundation;

namespace InternVideoNext.Cli;

/// <summary>Packages of the system that a command needs: installed where that is possible without asking.</summary>
internal static class SystemPackage
{
    /// <summary>Installs a Debian package if what it brings is not there; whether it is afterwards, the caller finds out.</summary>
    /// <param name="name">The package.</param>
    /// <param name="isThere">Whether what it brings is there.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task EnsureAsync(string name, Func<Task<bool>> isThere, CancellationToken cancellation)
    {
        if (await isThere().ConfigureAwait(false)) return;
        if (!OnPath("apt-get") || await InstallPrefixAsync(cancellation).ConfigureAwait(false) is not { } prefix) return;
        var install = $"{prefix}apt-get update && {prefix}apt-get install -y --no-install-recommends {name}";
        await Console.Error.WriteLineAsync($"ivnext: {name} is missing; installing it: {install}").ConfigureAwait(false);
        await Succeeds("sh", ["-c", $"export DEBIAN_FRONTEND=noninteractive; {install}"], cancellation).ConfigureAwait(false);
    }

    // Empty as root, "sudo -n " where that asks for no password, null where installing is not allowed.
    private static async Task<string?> InstallPrefixAsync(CancellationToken cancellation)
    {
        if (Environment.IsPrivilegedProcess) return "";
        return await Succeeds("sudo", ["-n", "true"], cancellation).ConfigureAwait(false) ? "sudo -n " : null;
    }

    /// <summary>Whether PATH leads to a program.</summary>
    public static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<bool> Succeeds(string program, string[] arguments, CancellationToken cancellation)
    {
        if (!OnPath(program)) return false;
        var answer = await ChildProcess.AskAsync(new ChildCommand(program, arguments), cancellation).ConfigureAwait(false);
        if (answer.Code != 0 && program == "sh") await Console.Error.WriteLineAsync(answer.Output + answer.Error).ConfigureAwait(false);
        return answer.Code == 0;
    }
}
