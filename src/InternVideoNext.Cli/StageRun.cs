using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Cli;

/// <summary>Runs a stage with a live display, and says at the end what was made, or how to go on.</summary>
internal static class StageRun
{
    public static async Task<TrainingOutcome> RunAsync(
        string title, RunConfig config, IClipSource source, RunFolder folder, string resumeCommand, CancellationToken cancellation,
            QuickProbe? probe = null, IProcessGroup? group = null)
    {
        foreach (var warning in ConfigWarnings.Of(config)) await Console.Error.WriteLineAsync($"ivnext: {title}: warning: {warning}")
            .ConfigureAwait(false);
        using var stage = StageFactory.Create(config);
        var display = new TrainingDisplay(title);
        var trainer = new Trainer(config, stage, source, folder, probe, group);
        try
        {
            var outcome = await trainer.RunAsync(display, cancellation).ConfigureAwait(false);
            display.Close();
            foreach (var damaged in outcome.DamagedCheckpoints)
                await Console.Error.WriteLineAsync($"ivnext: damaged checkpoint passed over: {damaged}").ConfigureAwait(false);
            Console.WriteLine(Describe(title, outcome, config));
            if (!outcome.Finished) Console.WriteLine($"Stopped early; nothing is lost. Go on with:\n  {resumeCommand}");
            return outcome;
        }
        finally
        {
            display.Close();
        }
    }

    /// <summary>Runs a stage quietly beside the first process, which has the display and the folder.</summary>
    public static async Task FollowAsync(
        RunConfig config, IClipSource source, RunFolder folder, IProcessGroup group, CancellationToken cancellation)
    {
        using var stage = StageFactory.Create(config);
        await new Trainer(config, stage, source, folder, probe: null, group).RunAsync(progress: null, cancellation).ConfigureAwait(false);
    }

    private static string Describe(string title, TrainingOutcome outcome, RunConfig config) => string.Create(CultureInfo.InvariantCulture,
        $"{title}: {outcome.Step} of {config.Training.Steps} steps in {Readable.Time(outcome.Elapsed)}, " +
        $"waited {Readable.Time(outcome.DataWait)} for data, {outcome.SkippedSteps} steps skipped; checkpoint "
            + $"{outcome.Checkpoint}");
}
