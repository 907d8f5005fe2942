using System.Reflection;

namespace InternVideoNext.Ablations;

/// <summary>Which code made a result.</summary>
public static class CodeVersion
{
    /// <summary>The library's version, with the commit where it was built from a checkout.</summary>
    public static string Name { get; } =
        typeof(CodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>
    /// Counts the changes of this package that change what a training run or a probe computes: raise it with such a change. Results
    /// of another number are not reused; a change of texts or displays alone leaves finished runs valid. A test runs two short rows and
    /// compares them with numbers recorded for this version, so that such a change is not forgotten.
    /// </summary>
    public const int Results = 2;
}
