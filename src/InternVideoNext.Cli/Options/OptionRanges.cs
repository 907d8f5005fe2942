using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace InternVideoNext.Cli.Options;

/// <summary>Ranges of options, checked when the command line is parsed: nothing is read or computed before.</summary>
internal static class OptionRanges
{
    /// <summary>Refuses a number outside of a closed range.</summary>
    public static Option<T> InRange<T>(this Option<T> option, T low, T high) where T : struct, INumber<T>
    {
        option.Validators.Add(result => Check(result, low, high));
        return option;
    }

    /// <inheritdoc cref="InRange{T}(Option{T}, T, T)"/>
    public static Option<T?> InRange<T>(this Option<T?> option, T low, T high) where T : struct, INumber<T>
    {
        option.Validators.Add(result => Check(result, low, high));
        return option;
    }

    /// <summary>Refuses text that is not one of some names.</summary>
    public static Option<string?> OneOf(this Option<string?> option, params IReadOnlyCollection<string> names)
    {
        option.Validators.Add(result => Check(result, names));
        return option;
    }

    // What is no number at all the parser refuses by itself.
    private static void Check<T>(OptionResult result, T low, T high) where T : struct, INumber<T>
    {
        foreach (var token in result.Tokens)
            if (T.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && !(value >= low && value <= high))
                result.AddError(string.Create(CultureInfo.InvariantCulture,
                    $"{result.Option.Name} {token.Value}: it must lie in {low}..{high}"));
    }

    private static void Check(OptionResult result, IReadOnlyCollection<string> names)
    {
        foreach (var token in result.Tokens.Where(t => !names.Contains(t.Value)))
            result.AddError($"{result.Option.Name} {token.Value}: there are {string.Join(", ", names)}");
    }
}
