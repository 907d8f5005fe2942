using System.Text;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training.Parallel;

/// <summary>Makes sure that all processes are about to train the same run.</summary>
internal static class RunAgreement
{
    /// <summary>Compares configurations and data.</summary>
    /// <exception cref="ConfigurationException">A process differs from the first; on every process, naming it.</exception>
    public static void Check(IProcessGroup group, RunConfig config, int clips)
    {
        var said = group.Exchange(Encoding.UTF8.GetBytes($"{clips}\n{ConfigJson.Write(config)}")).Select(Encoding.UTF8.GetString).ToList();
        var other = said.FindIndex(s => s != said[0]);
        if (other < 0) return;
        var (first, second) = (Split(said[0]), Split(said[other]));
        throw new ConfigurationException(first.Clips == second.Clips
            ? $"rank {other} was given another configuration than rank 0:\n{ConfigDifference.Describe(first.Config, second.Config)}"
            : $"rank {other} found {second.Clips} training clips, rank 0 {first.Clips}: all processes need the same data");
    }

    private static (string Clips, RunConfig Config) Split(string said)
    {
        var end = said.IndexOf('\n', StringComparison.Ordinal);
        return (said[..end], ConfigJson.Read(said[(end + 1)..], "another process"));
    }
}
