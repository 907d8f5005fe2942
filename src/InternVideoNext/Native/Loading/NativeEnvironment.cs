using System.Runtime.InteropServices;

namespace InternVideoNext.Native;

/// <summary>
/// The environment that native libraries of this process read: .NET keeps a copy of its own, and what is set there they never see.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable that nobody has set.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public static void SetIfAbsent(string name, string value)
    {
        if (OperatingSystem.IsLinux()) _ = Set(name, value, overwrite: 0);
    }

    /// <summary>A variable's value as native libraries see it; null where it is not set.</summary>
    public static string? Get(string name) => Marshal.PtrToStringUTF8(Find(name));

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Set(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Find(string name);
}
