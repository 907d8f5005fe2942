using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Ablate;

/// <summary>Keeps two ablations from working in one folder at once: they would write into the same runs.</summary>
internal static class AblationLock
{
    private const string FileName = ".lock";

    /// <summary>Takes the folder until disposed; the system lets go of it when the process dies.</summary>
    /// <exception cref="ConfigurationException">Another process has it.</exception>
    public static IDisposable Take(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(
                Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            throw new ConfigurationException($"--out {folder}: another ablation is at work there; wait for it, or name another folder");
        }
    }
}
