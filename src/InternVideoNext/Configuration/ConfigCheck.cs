using System.Numerics;

namespace InternVideoNext.Configuration;

/// <summary>Collects everything that is wrong with a configuration, so that one error lists it all.</summary>
/// <param name="section">The dotted path of the section under check; opens the message.</param>
public sealed class ConfigCheck(string section)
{
    private readonly List<string> _problems = [];

    /// <summary>Notes <paramref name="problem"/> unless <paramref name="condition"/> holds.</summary>
    public void That(bool condition, string problem)
    {
        if (!condition) _problems.Add(problem);
    }

    /// <summary>Notes a problem unless <paramref name="value"/> is above zero.</summary>
    public void Positive<T>(T value, string field) where T : INumber<T> =>
        That(value > T.Zero, $"{field} is {value}; it must be above 0");

    /// <summary>Notes a problem unless <paramref name="value"/> lies in the closed range.</summary>
    public void InRange<T>(T value, T low, T high, string field) where T : INumber<T> =>
        That(value >= low && value <= high, $"{field} is {value}; it must lie in {low}..{high}");

    /// <summary>Throws one error that lists every problem noted.</summary>
    /// <exception cref="ConfigurationException">Anything was noted.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0) throw new ConfigurationException($"{section}: {string.Join("; ", _problems)}");
    }
}
