using System.Reflection;
using System.Runtime.Loader;

namespace InternVideoNext.DotNetInteractive;

/// <summary>
/// Plotly.NET asks for a newer FSharp.Core (10.1) than the engine has loaded (10.0), and the engine's own wins: the request fails
/// although all that is used is there. So a request for FSharp.Core is answered with the one that is loaded.
/// </summary>
internal static class FSharpCoreResolver
{
    private const string Name = "FSharp.Core";

    /// <summary>Answers requests that nobody else could.</summary>
    public static void Install()
    {
        AssemblyLoadContext.Default.Resolving -= Resolve;
        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    internal static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) => name.Name == Name
        ? AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == Name)
        : null;
}
