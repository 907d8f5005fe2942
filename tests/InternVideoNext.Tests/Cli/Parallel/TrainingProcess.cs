using System.Globalization;
using InternVideoNext.Runs;

namespace InternVideoNext.Tests.Cli.Parallel;

/// <summary>Finds a process that trains in a folder by what it was told.</summary>
internal static class TrainingProcess
{
    /// <summary>The id of the one whose words or variables contain <paramref name="mark"/>; a word ends with a zero.</summary>
    public static int Find(RunFolder run, string mark) => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Where(name => Read(name!, "cmdline") is { } words && Path.GetFileName(words.Split('\0')[0]) == "dotnet"
            && words.Contains(run.Root + '\0', StringComparison.Ordinal)
            && (words + Read(name!, "environ")).Contains(mark, StringComparison.Ordinal))
        .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Single();

    public static bool Exists(int id) => Read(id.ToString(CultureInfo.InvariantCulture), "cmdline") is { Length: > 0 };

    private static string? Read(string id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has just ended, or is somebody else's
        }
    }
}
