using System.CommandLine;
using System.Globalization;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data.Shapes;
using Spectre.Console;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>data render-shapes</c> and <c>data train-teacher</c>: the embedded world as files, and its image teacher.</summary>
internal static class ShapesCommands
{
    /// <summary>Renders MotionShapes as video files with a manifest.</summary>
    public static Command CreateRenderShapes()
    {
        var folder = new Option<DirectoryInfo>("--out")
        { Description = "Folder for the videos and manifest.json; made where missing", Required = true };
        var clips = new Option<int>("--clips")
        { Description = "Clips in all: seven tenths train, one validation, two test", Required = true }.InRange(1, 10_000_000);
        var seed = new Option<ulong>("--seed") { Description = "The world's seed", DefaultValueFactory = _ => 0 };
        var size = new Option<int>("--size") { Description = "Height and width in pixels, even", DefaultValueFactory = _ => 64 }
            .InRange(2, 4096);
        var frames = new Option<int>("--frames") { Description = "Frames a clip", DefaultValueFactory = _ => 24 }.InRange(1, 100_000);
        var fps = new Option<int>("--fps") { Description = "Frames a second", DefaultValueFactory = _ => 12 }.InRange(1, 1000);
        var task = new Option<ShapesTask>("--task")
        { Description = "What is to be recognised over time", DefaultValueFactory = _ => ShapesTask.Motion };
        var command = new Command(
            "render-shapes",
            """
            Render the MotionShapes world: H.264 clips of moving textured shapes, with an appearance and a motion label each.

            Example:
              ./ivnext data render-shapes --out data/shapes --clips 1000 --seed 1
            """)
        { folder, clips, seed, size, frames, fps, task };
        command.SetAction(async (arguments, cancellation) =>
        {
            var config = ShapesRenderConfig.ForClips(arguments.GetValue(clips)) with
            {
                Size = arguments.GetValue(size),
                Frames = arguments.GetValue(frames),
                FramesPerSecond = arguments.GetValue(fps),
            };
            var world = new ShapesWorldConfig { Task = arguments.GetValue(task) }.Build(arguments.GetValue(seed));
            var renderer = config.Build(world, Math.Max(1, Environment.ProcessorCount));
            var target = arguments.GetRequiredValue(folder).FullName;
            await ShowProgress("clips", config.Clips, progress => renderer.RenderAsync(target, progress, cancellation))
                .ConfigureAwait(false);
            await ShapesSheet.WriteAsync(world, Path.Combine(target, "examples.html"), cancellation).ConfigureAwait(false);
            AnsiConsole.MarkupLineInterpolated(
                $"Wrote {config.Clips} clips, {Path.Combine(target, ShapesRenderer.ManifestName)} and examples.html");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Trains the world's image teacher.</summary>
    public static Command CreateTrainTeacher()
    {
        var defaults = new ShapesTeacherTraining();
        var file = new Option<FileInfo>("--out") { Description = "The .safetensors file to write", Required = true };
        var seed = new Option<ulong>("--seed") { Description = "Of frames and weights", DefaultValueFactory = _ => 0 };
        var steps = new Option<int>("--steps") { Description = "Training steps", DefaultValueFactory = _ => defaults.Steps }
            .InRange(1, 10_000_000);
        var batch = new Option<int>("--batch") { Description = "Frames a step", DefaultValueFactory = _ => defaults.Batch }
            .InRange(1, 1_000_000);
        var width = new Option<int>("--width") { Description = "Channels of the tower", DefaultValueFactory = _ => defaults.Width }
            .InRange(1, 16384);
        var command = new Command(
            "train-teacher",
            """
            Train the image teacher of the MotionShapes world, the stand-in for SigLIP2, on single frames. The package carries one
            that was made by this command with its defaults.

            Example:
              ./ivnext data train-teacher --out runs/shapes-teacher.safetensors --steps 1000 --seed 0
            """)
        { file, seed, steps, batch, width };
        command.SetAction(async (arguments, cancellation) =>
        {
            var config = defaults with
            {
                Steps = arguments.GetValue(steps),
                Batch = arguments.GetValue(batch),
                Width = arguments.GetValue(width)
            };
            var trainer = config.Build(new ShapesWorldConfig(), arguments.GetValue(seed));
            var target = arguments.GetRequiredValue(file).FullName;
            OutputPath.Require(file.Name, target);
            using var teacher = await ShowProgress("steps", config.Steps, progress => Task.Run(
                () => trainer.Train(new ImmediateProgress<ShapesTeacherProgress>(step => progress.Report(step.Step)), cancellation),
                    cancellation)).ConfigureAwait(false);
            teacher.Save(target, config, arguments.GetValue(seed));
            var (shape, backdrop, frames) = teacher.Accuracy!;
            AnsiConsole.MarkupLineInterpolated($"Wrote {target}");
            AnsiConsole.MarkupLineInterpolated($"On {frames} new frames: shape {shape:P1}, backdrop {backdrop:P1}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Task<T> ShowProgress<T>(string what, int total, Func<IProgress<int>, Task<T>> work)
    {
        if (Console.IsOutputRedirected)
        {
            var tenth = Math.Max(1, total / 10);
            return work(new ImmediateProgress<int>(done =>
            {
                if (done % tenth == 0 || done == total) Console.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{what}: {done} of {total}"));
            }));
        }

        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var bar = context.AddTask(what, maxValue: total);
                return work(new ImmediateProgress<int>(done => bar.Value = done));
            });
    }
}
