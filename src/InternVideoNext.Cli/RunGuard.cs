using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;

namespace InternVideoNext.Cli;

/// <summary>Keeps a command from writing over a run it was not asked to continue.</summary>
internal static class RunGuard
{
    /// <param name="folder">The run's folder.</param>
    /// <param name="config">What is to be run.</param>
    /// <param name="resume">Whether a run there is to be continued.</param>
    /// <param name="allowed">Paths that may differ from the run's own configuration; a section stands for all in it.</param>
    /// <exception cref="ConfigurationException">
    /// The folder holds a run, and it is not to be resumed or was configured otherwise.
    /// </exception>
    public static void Check(RunFolder folder, RunConfig config, bool resume, IReadOnlyList<string> allowed)
    {
        if (!folder.HoldsCheckpoints) return;
        if (!resume)
            throw new ConfigurationException(
                $"--out {folder.Root} already holds a run; add --resume to go on with it, or --start-over to begin "
                + "again at step 0 and keep what is there, or name another folder");
        if (folder.ReadConfig() is not { } before) return;
        var refused = ConfigDifference.Paths(before, config)
            .Where(path => !allowed.Any(a => path == a || path.StartsWith(a + '.', StringComparison.Ordinal))).ToList();
        if (refused.Count == 0) return;
        throw new ConfigurationException(
            $"--resume: the run in {folder.Root} was configured otherwise:\n{ConfigDifference.Describe(before, config)}\n" +
            $"Give the same values, name another folder, or add {string.Join(' ', refused.Select(path => $"--allow {path}"))}");
    }
}
