namespace InternVideoNext.Notebooks.Packages;

/// <summary>The files of a notebook's packages and of all that they need, where they lie in the package cache.</summary>
/// <param name="Assemblies">Managed assemblies.</param>
/// <param name="NativeLibraries">Native libraries for this machine.</param>
internal sealed record ResolvedPackages(IReadOnlyList<string> Assemblies, IReadOnlyList<string> NativeLibraries)
{
    public static ResolvedPackages None { get; } = new([], []);
}
