using System.CommandLine;
using System.Globalization;
using InternVideoNext.Cli.Packaging;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext pack</c>: the packages of this checkout in a local feed, or as they are released.</summary>
internal static class PackCommand
{
    public static Command Create()
    {
        var folder = new Option<DirectoryInfo?>("--out")
        {
            Description = "Where the packages go (default: artifacts/feed, which notebooks/NuGet.config names; with --release, "
            + "artifacts/release)."
        };
        var tool = new Option<bool>("--tool")
        { Description = "The ivnext tool too; it holds libtorch and takes a minute or two." };
        var release = new Option<bool>("--release")
        { Description = "As they are published: the release's number, every runtime, symbols; with the tool." };
        var command = new Command("pack",
            """
            Pack what notebooks load into a local feed. A version follows from the sources, so that no package cache serves a stale
            one; what has not changed is not packed again. Notebooks name the newest (0.1.0-*) and stay as they are.

            Examples:
              ./ivnext pack
              ./ivnext pack --tool
              ./ivnext pack --release --out runs/release
            """) { folder, tool, release };
        command.SetAction((parsed, cancellation) =>
        {
            var groups = new List<PackageGroup> { PackageGroup.Libraries, PackageGroup.Weights };
            if (parsed.GetValue(tool) || parsed.GetValue(release)) groups.Add(PackageGroup.Tool);
            return RunAsync(
                parsed.GetValue(folder)?.FullName, groups, parsed.GetValue(release), parsed.InvocationConfiguration.Output, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        string? folder, IReadOnlyList<PackageGroup> groups, bool isRelease, TextWriter output, CancellationToken cancellation)
    {
        var root = Checkout.Require("pack");
        folder ??= isRelease ? Path.Combine(root, "artifacts", "release") : PackageFeed.DefaultFolder(root);
        var feed = new PackageFeed(root, folder);
        foreach (var group in groups)
        {
            var version = PackageGroup.Release(root);
            if (isRelease) await feed.ReleaseAsync(group, output, cancellation).ConfigureAwait(false);
            else version = await feed.FillAsync(group, output, cancellation).ConfigureAwait(false);
            foreach (var file in group.Packages.Select(package => feed.PathOf(package.Id, version)))
                await output.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(file).Length / 1024.0,10:0} KiB  {file}"))
                    .ConfigureAwait(false);
        }
        return ExitCode.Done;
    }
}
