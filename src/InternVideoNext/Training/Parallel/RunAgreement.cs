using System.Globalization;
using System.Text;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Training.Parallel;

/// <summary>Makes sure that all processes are about to train the same run.</summary>
internal static class RunAgreement
{
    /// <summary>Compares configurations and data.</summary>
    /// <exception cref="ConfigurationException">A process differs from the first; on every process, naming it.</exception>
    public static void Check(IProcessGroup group, RunConfig config, IClipSource source)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{source.Count}\n{source.Fingerprint}\n{ConfigJson.Write(config)}");
        var said = group.Exchange(Encoding.UTF8.GetBytes(own)).Select(Encoding.UTF8.GetString).ToList();
        var other = said.FindIndex(s => s != said[0]);
        if (other < 0) return;
        var (first, second) = (Parse(said[0]), Parse(said[other]));
        throw new ConfigurationException(
            first.Clips != second.Clips
                ? $"rank {other} found {second.Clips} training clips, rank 0 {first.Clips}: all processes need the same data"
            : first.Fingerprint != second.Fingerprint
                ? $"rank {other} found as many training clips as rank 0, {first.Clips}, but not the same ones in the same order "
                    + "(by path, id and labels): give all processes the same manifest"
            : $"rank {other} was given another configuration than rank 0:\n{ConfigDifference.Describe(first.Config, second.Config)}");
    }

    private static (string Clips, string Fingerprint, RunConfig Config) Parse(string said)
    {
        var parts = said.Split('\n', 3);
        return (parts[0], parts[1], ConfigJson.Read(parts[2], "another process"));
    }
}
