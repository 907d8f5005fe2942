
namespace InternVideoNext.Cli;

/// <summary>Writes words so that a shell reads them back as they are.</summary>
internal static class ShellWords
{
    private const string Plain = "-_./:=,+@%";

    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>
    /// The same for a page that others read: a path of this machine is told from the current folder, or, where it lies
    /// elsewhere, by its last name.
    /// </summary>
    public static string JoinForOthers(IEnumerable<string> words) => Join(words.Select(word => !Path.IsPathRooted(word) ? word
        : Path.GetRelativePath(Environment.CurrentDirectory, word) is var below && !below.StartsWith("..", StringComparison.Ordinal) ? below
        : Path.GetFileName(Path.TrimEndingDirectorySeparator(word))));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)) ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
