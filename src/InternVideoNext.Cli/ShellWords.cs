
namespace InternVideoNext.Cli;

/// <summary>Writes words so that a shell reads them back as they are.</summary>
internal static class ShellWords
{
    private const string Plain = "-_./:=,+@%";

    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal)) ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
