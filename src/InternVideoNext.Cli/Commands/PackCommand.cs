using System.CommandLine;
using InternVideoNext.Cli.Packaging;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext pack</c>: the packages of this checkout in a local feed, and notebooks that name them.</summary>
internal static class PackCommand
{
    public static Command Create()
    {
        var feed = new Option<DirectoryInfo?>("--out")
        { Description = "The feed's folder (default: artifacts/feed, which notebooks/NuGet.config names)." };
        var libraries = new Option<bool>("--libraries")
        { Description = "Leave out the ivnext tool, which holds libtorch and takes a minute or two." };
        var command = new Command("pack",
            """
            Pack InternVideoNext, InternVideoNext.Interactive and the ivnext tool into a local feed. The version follows from the
            sources, so that no package cache serves a stale one; the notebooks' pinned versions are set to it.

            Examples:
              ./ivnext pack
              ./ivnext pack --libraries
            """) { feed, libraries };
        command.SetAction(
            (parsed, cancellation) =>
            RunAsync(parsed.GetValue(feed), parsed.GetValue(libraries), parsed.InvocationConfiguration.Output, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DirectoryInfo? feed, bool librariesOnly, TextWriter output, CancellationToken cancellation)
    {
        var root = Checkout.Require("pack");
        var version = PackageVersion.Of(root);
        var folder = feed?.FullName ?? PackageFeed.DefaultFolder(root);
        var files = await new PackageFeed(root, folder).FillAsync(version, !librariesOnly, output, cancellation).ConfigureAwait(false);
        foreach (var file in files) await output.WriteLineAsync($"{new FileInfo(file).Length / 1024.0,10:0} KiB  {file}")
            .ConfigureAwait(false);
        if (feed is null)
            foreach (var notebook in NotebookPins.Set(Path.Combine(root, "notebooks"), version))
                await output.WriteLineAsync($"notebooks/{notebook} now names {version}").ConfigureAwait(false);
        await output.WriteLineAsync($"version {version}").ConfigureAwait(false);
        return ExitCode.Done;
    }
}
