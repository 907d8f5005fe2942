using System.CommandLine;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext data pack</c>: re-encodes a data set so that a few frames of a video are read without decoding all of it.</summary>
internal static class DataPackCommand
{
    private static readonly PackConfig Defaults = new();
    private static readonly Argument<string> ManifestFile = new("manifest") { Description = "A manifest, or a folder of videos." };
    private static readonly Option<string?> Root = new("--root")
    { Description = "Folder that its paths are relative to; the default is the manifest's own." };
    private static readonly Option<string> Out = new("--out")
    { Required = true, Description = "Folder for the packed files, manifest.json and its index." };
    private static readonly Option<int> ShortSide = new Option<int>("--short-side")
    { DefaultValueFactory = _ => Defaults.ShortSide, Description = "Pixels of the shorter side, for example 256 or 320." }
        .InRange(2, 8192);
    private static readonly Option<int> Gop = new Option<int>("--gop")
    { DefaultValueFactory = _ => Defaults.Gop, Description = "Frames from one key frame to the next." }.InRange(1, 100_000);
    private static readonly Option<int> Quality = new Option<int>("--quality")
    { DefaultValueFactory = _ => Defaults.Quality, Description = "x264's constant rate factor." }.InRange(0, 51);
    private static readonly Option<int> Jobs = new Option<int>("--jobs")
    { DefaultValueFactory = _ => Environment.ProcessorCount, Description = "Files at a time." }.InRange(1, 1024);
    private static readonly Option<double> Timeout = new Option<double>("--timeout")
    { DefaultValueFactory = _ => 1800, Description = "Seconds that packing one file may take." }.InRange(0.001, 86400);

    public static Command Create()
    {
        var command = new Command("pack",
            """
            Re-encode a data set as H.264 with frequent key frames, frame for frame. Train from it by --data OUT/manifest.json. Ctrl-C
            loses nothing: run it again to go on.

            Example:
              ./ivnext data pack k400/manifest.json --out k400-packed --short-side 256
            """) { ManifestFile, Root, Out, ShortSide, Gop, Quality, Jobs, Timeout };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        var manifest = ScanCommand.At(Manifest.Open(parsed.GetValue(ManifestFile)!), parsed.GetValue(Root));
        var config = new PackConfig
        {
            ShortSide = parsed.GetValue(ShortSide),
            Gop = parsed.GetValue(Gop),
            Quality = parsed.GetValue(Quality)
        };
        var packer = new VideoPacker(manifest, config, tools, TimeSpan.FromSeconds(parsed.GetValue(Timeout)));
        PackReport report;
        using (var display = new CountDisplay("files", manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal).Count()))
            report = await packer.PackAsync(parsed.GetValue(Out)!, parsed.GetValue(Jobs), display, cancellation)
                .ConfigureAwait(false);
        SkippedFilesDisplay.Write(report.Skipped, report.Damaged);
        Console.WriteLine($"Wrote {report.ManifestFile}");
        return ExitCode.Done;
    }
}
