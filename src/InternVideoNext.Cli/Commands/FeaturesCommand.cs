using System.CommandLine;
using InternVideoNext.Checkpoints;
using InternVideoNext.Data;
using InternVideoNext.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext features</c>: one clip's tokens and pooled vector.</summary>
internal static class FeaturesCommand
{
    private static readonly Option<string> Checkpoint = new("--checkpoint") { Required = true, Description = CheckpointName.Help };
    private static readonly Option<string> Video = new("--video") { Required = true, Description = "A video file." };
    private static readonly Option<string> Out = new("--out")
    { Required = true, Description = "The .safetensors file to write: tokens [N, C], pooled [D]." };
    private static readonly Option<string> Device = new("--device")
    { DefaultValueFactory = _ => "cpu", Description = "cpu, cuda or cuda:N." };

    public static Command Create()
    {
        var command = new Command("features",
            """
            Encode one video file: evenly spaced frames, centre crop, frozen encoder.

            Example:
              ./ivnext features --checkpoint runs/quickstart/stage2 --video clip.mp4 --out clip.safetensors
            """) { Checkpoint, Video, Out, Device };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var tools = await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        using var encoder = ModelCheckpoint.OpenEncoder(
            CheckpointName.Resolve(parsed.GetValue(Checkpoint)!), torch.device(parsed.GetValue(Device)!));
        var config = encoder.Config;
        var source = new VideoClipSource(
            Manifest.FromVideo(parsed.GetValue(Video)!), new DataConfig { Frames = config.Frames, Size = config.ImageSize }, tools);
        await foreach (var clip in source.ReadOnce(1, cancellation).ConfigureAwait(false))
            using (clip) Write(encoder, clip.Video, parsed.GetValue(Out)!);
        Console.WriteLine($"{parsed.GetValue(Out)}: tokens [{config.Grid.Tokens}, {config.Width}], pooled [{config.PoolWidth}]");
        return ExitCode.Done;
    }

    private static void Write(Models.VideoEncoder encoder, Tensor clip, string path)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var parameter = encoder.parameters().First();
        var video = clip.to(parameter.dtype, parameter.device);
        var output = encoder.Encode(encoder.Embed(video), visible: null, dropPath: null);
        var classes = encoder.Config.ClassTokens;
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor>
        {
            ["tokens"] = output.Tokens[0].narrow(0, classes, encoder.Config.Grid.Tokens).to(float32),
            ["pooled"] = encoder.Pool(output.Tokens)[0].to(float32),
        });
    }
}
