using System.Globalization;
using System.Text;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Cli.Parallel;

/// <summary>How many of a machine's cores belong to one of the processes that train on it.</summary>
internal static class CoreShare
{
    /// <summary>Limits what .NET takes for the number of processors.</summary>
    public const string LimitVariable = "DOTNET_PROCESSOR_COUNT";

    /// <summary>
    /// The cores that this process may use, shared with those of the group that may use the very same ones: launchers bind some
    /// processes to cores of their own, and let others share all.
    /// </summary>
    public static int Of(IProcessGroup group)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount}\n{Environment.MachineName} {Allowed()}");
        var all = group.Exchange(Encoding.UTF8.GetBytes(own)).Select(said => Encoding.UTF8.GetString(said).Split('\n', 2)).ToList();
        var sharing = all.Where(said => said[1] == all[group.Rank][1]).ToList();
        // One that was started with a part of the cores counts only these.
        var cores = sharing.Max(said => int.Parse(said[0], CultureInfo.InvariantCulture));
        return Math.Min(Environment.ProcessorCount, Math.Max(1, cores / sharing.Count));
    }

    // Linux's list of the processors that this process may run on; elsewhere all are shared.
    private static string Allowed()
    {
        const string Status = "/proc/self/status";
        return !File.Exists(Status) ? ""
            : File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)) ?? "";
    }
}
