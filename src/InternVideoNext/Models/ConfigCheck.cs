using System.Globalization;

namespace InternVideoNext.Models;

/// <summary>Collects what is wrong with a configuration, so that one error names every bad field.</summary>
internal sealed class ConfigCheck(string config)
{
    private readonly List<string> _problems = [];

    public ConfigCheck Require(bool holds, string field, IFormattable value, string rule)
    {
        if (!holds) _problems.Add($"{field} = {value.ToString(null, CultureInfo.InvariantCulture)} {rule}");
        return this;
    }

    public ConfigCheck Positive(string field, int value) => Require(value > 0, field, value, "must be positive");

    public ConfigCheck Multiple(string field, int value, string divisorName, int divisor) =>
        Require(divisor <= 0 || value % divisor == 0, field, value, $"must be a multiple of {divisorName} ({divisor})");

    public void ThrowIfAny()
    {
        if (_problems.Count > 0) throw new ArgumentException($"{config}: {string.Join("; ", _problems)}.");
    }
}
