using System.Text.RegularExpressions;

namespace InternVideoNext.Cli.Bench;

/// <summary>The oldest PyTorch that can be compared with.</summary>
internal static partial class TwinTorch
{
    // Fused attention: a trace without it holds other operators than any PyTorch of today issues, and this libtorch does not run all.
    private static readonly Version OldestTraced = new(2, 0);

    /// <summary>Why a version cannot be compared with; null where it can.</summary>
    /// <param name="version">As PyTorch tells it, for example <c>1.13.1+cpu</c>.</param>
    /// <param name="traced">Whether its trace is to be run here.</param>
    public static string? Obstacle(string version, bool traced) =>
        traced && Number().Match(version) is { Success: true } number && Version.Parse(number.Value) < OldestTraced
            ? $"PyTorch {version} is too old for a traced twin, which needs {OldestTraced} or newer" : null;

    /// <exception cref="TwinMissingException">The version is too old.</exception>
    public static void Require(string python, string version, bool traced)
    {
        if (Obstacle(version, traced) is { } obstacle)
            throw new TwinMissingException(
                $"--python {python}: {obstacle}. Leave --traced out, or install one: {python} -m pip install --upgrade torch");
    }

    [GeneratedRegex(@"^\d+\.\d+")]
    private static partial Regex Number();
}
