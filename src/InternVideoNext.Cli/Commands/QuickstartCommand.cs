using System.CommandLine;
using InternVideoNext.Cli.Options;
using InternVideoNext.Cli.Parallel;
using InternVideoNext.Cli.Quickstart;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext quickstart</c>.</summary>
internal static class QuickstartCommand
{
    private static readonly Option<string> Out = new("--out")
    { DefaultValueFactory = _ => Path.Combine("runs", "quickstart"), Description = "Where everything is written." };
    private static readonly Option<DirectoryInfo?> Videos = new("--videos")
    { Description = "Train on the video files in this folder instead of the synthetic set; nothing needs labels." };
    private static readonly Option<ulong> Seed = new("--seed")
    { DefaultValueFactory = _ => 1, Description = "Seed of the synthetic set and of both stages." };
    private static readonly Option<string[]> Set = SetOption.Create("training.steps=100, for both stages");

    public static Command Create()
    {
        var command = new Command("quickstart",
            """
            The whole method, small but real: video files, Stage 1, Stage 2, probes, report.

            Examples:
              ./ivnext quickstart
              ./ivnext quickstart --videos ~/Videos --out runs/mine
            """) { Out, Videos, Seed, Set };
        command.SetAction((parsed, cancellation) =>
        {
            ProcessPlan.RequireAlone("quickstart", Environment.GetEnvironmentVariable);
            var videos = parsed.GetValue(Videos);
            if (videos is { Exists: false })
                throw new Foundation.ConfigurationException($"--videos {videos}: there is no such folder");
            var options = new QuickstartOptions
            {
                Out = Path.GetFullPath(parsed.GetValue(Out)!),
                Videos = videos?.FullName,
                Seed = parsed.GetValue(Seed),
                Set = parsed.GetValue(Set) ?? [],
            };
            var command = $"./ivnext {ShellWords.Join(parsed.Tokens.Select(t => t.Value))}";
            return new QuickstartRecipe(options, command).RunAsync(cancellation);
        });
        return command;
    }
}
