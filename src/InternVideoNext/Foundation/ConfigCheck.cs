using System.Globalization;
using System.Numerics;

namespace InternVideoNext.Foundation;

/// <summary>Collects everything that is wrong with a configuration, so that one error lists it all.</summary>
/// <param name="section">The dotted path of the section under check; opens the message.</param>
public sealed class ConfigCheck(string section)
{
    private readonly List<string> _problems = [];
    private readonly List<string> _included = [];

    /// <summary>Notes <paramref name="problem"/> unless <paramref name="holds"/>.</summary>
    public ConfigCheck That(bool holds, string problem)
    {
        if (!holds) _problems.Add(problem);
        return this;
    }

    /// <summary>Notes a field with its value and the rule it breaks, unless <paramref name="holds"/>.</summary>
    public ConfigCheck Require<T>(bool holds, string field, T value, string rule) =>
        That(holds, string.Create(CultureInfo.InvariantCulture, $"{field} = {value} {rule}"));

    /// <summary>Requires a finite number above zero.</summary>
    public ConfigCheck Positive<T>(string field, T value) where T : INumber<T> =>
        Require(value > T.Zero && T.IsFinite(value), field, value, "must be above 0");

    /// <summary>Requires a finite number of at least zero.</summary>
    public ConfigCheck NotNegative<T>(string field, T value) where T : INumber<T> =>
        Require(value >= T.Zero && T.IsFinite(value), field, value, "must be 0 or more");

    /// <summary>Requires a number in the closed range.</summary>
    public ConfigCheck InRange<T>(string field, T value, T low, T high) where T : INumber<T> =>
        Require(value >= low && value <= high, field, value, string.Create(CultureInfo.InvariantCulture, $"must lie in {low}..{high}"));

    /// <summary>Requires a multiple; a divisor that is not positive is another check's affair.</summary>
    public ConfigCheck Multiple(string field, int value, string divisorName, int divisor) =>
        Require(divisor <= 0 || value % divisor == 0, field, value,
            string.Create(CultureInfo.InvariantCulture, $"must be a multiple of {divisorName} ({divisor})"));

    /// <summary>Runs the check of a section inside this one, and takes over what it finds.</summary>
    /// <returns>Whether that section is sound.</returns>
    public bool Include(Action validate)
    {
        try
        {
            validate();
            return true;
        }
        catch (ConfigurationException e)
        {
            _included.Add(e.Message);
            return false;
        }
    }

    /// <summary>Throws one error that lists every problem noted.</summary>
    /// <exception cref="ConfigurationException">Anything was noted.</exception>
    public void ThrowIfAny()
    {
        IEnumerable<string> own = _problems.Count > 0 ? [$"{section}: {string.Join("; ", _problems)}"] : [];
        var all = own.Concat(_included).ToList();
        if (all.Count > 0) throw new ConfigurationException(string.Join('\n', all));
    }
}
