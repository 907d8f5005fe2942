using System.Text.RegularExpressions;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// A pattern of tensor names, matched as a whole: <c>{i}</c> (or another single letter) stands for an index, a decimal number
/// without leading zeros; <c>{rest}</c>, at the end only, for one or more characters; the remaining text for itself.
/// </summary>
internal sealed class KeyTemplate
{
    private readonly Regex _regex;
    private readonly IReadOnlyList<(string Text, bool IsPlaceholder)> _parts;

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="ArgumentException">A placeholder is unknown, repeated, or <c>{rest}</c> isn't last.</exception>
    public KeyTemplate(string pattern)
    {
        Pattern = pattern;
        _parts = [.. Split(pattern)];
        Placeholders = [.. _parts.Where(part => part.IsPlaceholder).Select(part => part.Text)];
        if (Placeholders.Distinct().Count() != Placeholders.Count || Placeholders.Any(name => name != "rest" && name.Length != 1)
            || (Placeholders.Contains("rest") && _parts[^1].Text != "rest"))
            throw new ArgumentException(
                $"key pattern '{pattern}': placeholders are one letter each for an index, and {{rest}} at the end; none twice.",
                nameof(pattern));
        var regex = string.Concat(_parts.Select(part => !part.IsPlaceholder ? Regex.Escape(part.Text)
            : part.Text == "rest" ? "(?<rest>.+)"
            : $"(?<{part.Text}>0|[1-9][0-9]*)"));
        _regex = new Regex($@"\A{regex}\z", RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }

    private KeyTemplate(string pattern, Regex regex)
    {
        Pattern = pattern;
        _parts = [];
        Placeholders = [];
        _regex = regex;
    }

    /// <summary>Names that do not begin with a prefix.</summary>
    public static KeyTemplate Outside(string prefix) => new(
        $"names without {prefix}", new Regex($@"\A(?!{Regex.Escape(prefix)})", RegexOptions.CultureInvariant | RegexOptions.Singleline));

    /// <summary>The text it was made of.</summary>
    public string Pattern { get; }

    /// <summary>Names of the placeholders, in order.</summary>
    public IReadOnlyList<string> Placeholders { get; }

    /// <summary>Matches a whole name; the values of the placeholders, or null.</summary>
    public IReadOnlyDictionary<string, string>? Match(string name)
    {
        var match = _regex.Match(name);
        return match.Success ? Placeholders.ToDictionary(placeholder => placeholder, placeholder => match.Groups[placeholder].Value) : null;
    }

    /// <summary>The name with those values in the placeholders.</summary>
    public string Fill(IReadOnlyDictionary<string, string> values) =>
        string.Concat(_parts.Select(part => part.IsPlaceholder ? values[part.Text] : part.Text));

    private static IEnumerable<(string Text, bool IsPlaceholder)> Split(string pattern)
    {
        var position = 0;
        while (position < pattern.Length)
        {
            var open = pattern.IndexOf('{', position);
            var close = open < 0 ? -1 : pattern.IndexOf('}', open);
            if (close < 0)
                break;
            if (open > position)
                yield return (pattern[position..open], false);
            yield return (pattern[(open + 1)..close], true);
            position = close + 1;
        }

        if (position < pattern.Length)
            yield return (pattern[position..], false);
    }
}
