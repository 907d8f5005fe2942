using System.CommandLine;
using System.Globalization;
using InternVideoNext.Checkpoints;
using InternVideoNext.Cli.Features;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext features</c>: one clip's tokens and pooled vector, or the vectors of many videos.</summary>
internal static class FeaturesCommand
{
    private static readonly Option<string> Checkpoint = new("--checkpoint") { Required = true, Description = CheckpointName.Help };
    private static readonly Option<string?> Video = new("--video") { Description = "A video file: its tokens and pooled vector." };
    private static readonly Option<string?> Data = new("--data")
    { Description = "Many videos: a folder, a manifest, or a list with one path a line (.txt). A row a video, or a window." };
    private static readonly Option<string?> Split = new Option<string?>("--split") { Description = "Only this split of a manifest." }
        .OneOf([.. Manifest.Splits]);
    private static readonly Option<double?> Window = new Option<double?>("--window")
    { Description = "Seconds of windows that slide over each video; the whole video where not given." }.InRange(0.01, 86400);
    private static readonly Option<double?> Stride = new Option<double?>("--stride")
    { Description = "Seconds from one window's start to the next; as long as a window where not given." }.InRange(0.01, 86400);
    private static readonly Option<int> Batch = new Option<int>("--batch")
    { DefaultValueFactory = _ => 8, Description = "Windows encoded at a time." }.InRange(1, 65536);
    private static readonly Option<string> Out = new("--out")
    {
        Required = true,
        Description = "The file to write. Of one video .safetensors: tokens [N, C], pooled [D]. Of many .safetensors (pooled [n, D], mean "
        + "token [n, C], start [n], end [n] in seconds, video [n], ids in the metadata) or .parquet (id, path, start, end, pooled, mean).",
    };
    private static readonly Option<string> Device = DeviceOption.Create();

    public static Command Create()
    {
        var command = new Command("features",
            """
            Encode videos by a frozen encoder: evenly spaced frames of each video or window, centre crop. Interrupted, the same command
            goes on where it stopped.

            Examples:
              ./ivnext features --checkpoint runs/quickstart/stage2 --video clip.mp4 --out clip.safetensors
              ./ivnext features --checkpoint runs/quickstart/stage2 --data videos/ --out videos.parquet
              ./ivnext features --checkpoint runs/quickstart/stage2 --data list.txt --window 4 --stride 2 --out windows.safetensors
            """) { Checkpoint, Video, Data, Split, Window, Stride, Batch, Out, Device };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (video, data, path) = (parsed.GetValue(Video), parsed.GetValue(Data), parsed.GetValue(Out)!);
        if (video is null == data is null) throw new ConfigurationException("give either --video or --data");
        var sliding = SlidingOf(parsed);
        var isMany = data is not null || sliding is not null;
        if (isMany) FeatureFile.RequireName(path);
        OutputPath.Require(Out.Name, path);
        var device = DeviceOption.Open(parsed.GetValue(Device)!);
        var manifest = data is null ? Manifest.FromVideo(video!) : VideoList.Open(data);
        if (parsed.GetValue(Split) is { } split) manifest = manifest.Filter(split);
        if (manifest.Entries.Count == 0) throw new ConfigurationException($"--data {data}: there is no video in it (of the chosen split)");
        var checkpoint = ModelCheckpoint.Resolve(CheckpointName.Resolve(parsed.GetValue(Checkpoint)!));
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        using var encoder = CheckpointName.OpenEncoder(parsed.GetValue(Checkpoint)!, device, frames: null, imageSize: null);
        var config = new DataConfig { Frames = encoder.Preprocessing.Frames, Size = encoder.Preprocessing.Size };
        if (!isMany) return await OneAsync(encoder, new VideoClipSource(manifest, config, tools), path, cancellation).ConfigureAwait(false);

        var parts = new FeatureParts(path, manifest, Settings(checkpoint, sliding));
        parts.Open();
        if (parts.Done is var done and > 0) Console.WriteLine($"{done} of {manifest.Entries.Count} videos are done already.");
        var reader = new WindowReader(config, tools, cacheFolder: null, manifest.IndexFile);
        var job = new FeatureJob(encoder, reader, sliding, parsed.GetValue(Batch));
        var skipped = await EncodeAsync().ConfigureAwait(false);
        SkippedFilesDisplay.Write(skipped, [.. reader.Damaged.Select(d => new SkippedFile(d.Key, d.Value))]);
        if (parts.Done == 0) throw new InvalidDataException("no video could be read; see the list of skipped files");
        var rows = await FeatureFile.WriteAsync(path, manifest, parts, cancellation).ConfigureAwait(false);
        parts.Remove();
        Console.WriteLine(
            $"{path}: {rows} rows of {manifest.Entries.Count - skipped.Count} videos, pooled {encoder.PooledWidth ?? 0} and mean "
            + $"{encoder.Width} wide");
        return ExitCode.Done;

        async Task<IReadOnlyList<SkippedFile>> EncodeAsync()
        {
            try
            {
                return await Task.Run(() => job.Run(manifest, parts, cancellation), cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine(
                    $"{parts.Done} of {manifest.Entries.Count} videos are done; nothing is lost. Go on with:\n  ./ivnext "
                    + ShellWords.Join(parsed.Tokens.Select(token => token.Value)));
                throw;
            }
        }
    }

    private static SlidingWindow? SlidingOf(ParseResult parsed)
    {
        var (window, stride) = (parsed.GetValue(Window), parsed.GetValue(Stride));
        if (window is null && stride is not null) throw new ConfigurationException("--stride needs --window: how long a window is");
        return window is { } seconds ? new SlidingWindow(seconds, stride ?? seconds) : null;
    }

    /// <summary>What features depend on besides the videos, in words.</summary>
    internal static string Settings(string checkpoint, SlidingWindow? sliding)
    {
        var file = new FileInfo(checkpoint);
        var windows = sliding is null ? "whole videos" : string.Create(
            CultureInfo.InvariantCulture, $"{sliding.Seconds} s every {sliding.Stride} s");
        return string.Create(CultureInfo.InvariantCulture,
            $"checkpoint: {file.FullName}, {file.Length} bytes, written {file.LastWriteTimeUtc:O}\nwindows: {windows}");
    }

    private static async Task<int> OneAsync(IFrozenEncoder encoder, VideoClipSource source, string path, CancellationToken cancellation)
    {
        var own = encoder.Preprocessing;
        var views = new ClipViews(1, 1, own.Sampling == ClipSampling.Dense ? own.FrameStride : null)
        { CentreShare = own.CropShare, FromStarts = own.Sampling == ClipSampling.SegmentStarts };
        await foreach (var clip in source.ReadViews(views, 1, cancellation).ConfigureAwait(false))
            using (clip) Write(encoder, clip.Video, path);
        return ExitCode.Done;
    }

    private static void Write(IFrozenEncoder encoder, Tensor clip, string path)
    {
        using var scope = NewDisposeScope();
        var features = encoder.Encode(encoder.Preprocessing.FromImageNet(clip));
        var tensors = new Dictionary<string, Tensor> { ["tokens"] = features.Tokens[0].to(float32).cpu().contiguous() };
        if (features.Pooled is { } pooled) tensors["pooled"] = pooled[0].to(float32).cpu();
        if (!tensors.Values.All(values => values.isfinite().all().item<bool>()))
            throw new InvalidDataException($"{path}: the features are not finite: the encoder diverged, or its precision overflows");
        SafetensorsWriter.Write(path, tensors);
        Console.WriteLine(
            $"{path}: {string.Join(", ", tensors.Select(t => $"{t.Key} [{string.Join(", ", t.Value.shape)}]"))}; tokens are "
            + $"{features.Grid.Frames} x {features.Grid.Height} x {features.Grid.Width} of {encoder.System}");
    }
}
