using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace InternVideoNext.Notebooks.Kernel;

/// <summary>Lets this process load the packages' assemblies and native libraries from where they lie in the package cache.</summary>
internal sealed class PackageAssemblies
{
    private readonly Dictionary<string, string> _managed;
    private readonly Dictionary<string, string> _native = [];

    public PackageAssemblies(KernelRequest request)
    {
        _managed = request.Assemblies.ToDictionary(path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase);
        foreach (var path in request.NativeLibraries) _native.TryAdd(Path.GetFileName(path), path);
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            name.Name is { } wanted && _managed.TryGetValue(wanted, out var path) ? context.LoadFromAssemblyPath(path) : null;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => LoadNative(name);
    }

    /// <summary>Every assembly, loaded; what runs first in them runs when they are first used.</summary>
    public IReadOnlyList<Assembly> Load() =>
        [.. _managed.Keys.Select(name => AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(name)))];

    private nint LoadNative(string name)
    {
        foreach (var candidate in (string[])[name, $"lib{name}.so", $"{name}.so", $"{name}.dll", $"lib{name}.dylib"])
            if (_native.TryGetValue(candidate, out var path) && NativeLibrary.TryLoad(path, out var library)) return library;
        return 0;
    }
}
