using InternVideoNext.Configuration;
using InternVideoNext.Training;

namespace InternVideoNext.Cli;

/// <summary>Keeps a command from writing over a run it was not asked to continue.</summary>
internal static class RunGuard
{
    /// <exception cref="ConfigurationException">The folder holds a run, and it is not to be resumed or was configured otherwise.</exception>
    public static void Check(RunFolder folder, RunConfig config, bool resume)
    {
        if (folder.CheckpointFolders().Count == 0) return;
        if (!resume)
            throw new ConfigurationException($"--out {folder.Root} already holds a run; add --resume to go on with it, or name another folder");
        var before = folder.ReadConfig();
        if (before is null || ConfigJson.Write(before) == ConfigJson.Write(config)) return;
        throw new ConfigurationException(
            $"--resume: the run in {folder.Root} was configured otherwise:\n{ConfigDifference.Describe(before, config)}\nGive the same values, or name another folder");
    }
}
