namespace InternVideoNext.Notebooks.Kernel;

/// <summary>What the kernel is to run: written by the runner to a file that the kernel reads.</summary>
/// <param name="Cells">Code cells in order.</param>
/// <param name="Assemblies">Paths of the packages' managed assemblies.</param>
/// <param name="NativeLibraries">Paths of the packages' native libraries.</param>
internal sealed record KernelRequest(
    IReadOnlyList<KernelCell> Cells, IReadOnlyList<string> Assemblies, IReadOnlyList<string> NativeLibraries);

/// <summary>A code cell as the compiler gets it.</summary>
/// <param name="Index">Its place in the notebook's list of cells.</param>
/// <param name="Source">C# with as many lines as the cell; package directives are blanked.</param>
internal sealed record KernelCell(int Index, string Source);
