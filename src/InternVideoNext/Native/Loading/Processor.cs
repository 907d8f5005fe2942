using System.Runtime.InteropServices;

namespace InternVideoNext.Native;

/// <summary>The machine's processor.</summary>
internal static class Processor
{
    /// <summary>Its name, or its architecture where the system tells none.</summary>
    public static string Name
    {
        get
        {
            const string Source = "/proc/cpuinfo", Key = "model name";
            var line = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal)) : null;
            return line?.Split(':', 2)[^1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }
}
