using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace InternVideoNext.Native;

/// <summary>
/// Loads a marked copy of TorchSharp's native library. The copy lies in a file of this process's memory, or where the system
/// grants none in a folder made for it and open to nobody else: code is never taken from a place that others could have written to.
/// </summary>
internal static partial class CuredCopy
{
    private const uint CloseOnExec = 1; // MFD_CLOEXEC

    /// <summary>Loads the copy.</summary>
    /// <param name="original">TorchSharp's packaged native library; only read.</param>
    /// <param name="version">The symbol version to mark weak.</param>
    /// <returns>The library's handle, which lasts as long as the process.</returns>
    /// <exception cref="DllNotFoundException">The loader refuses the copy.</exception>
    /// <exception cref="IOException">The original cannot be read, or no folder can be written to.</exception>
    public static nint Load(string original, string version)
    {
        var image = File.ReadAllBytes(original);
        ElfVersionPatch.MakeWeak(image, version);
        return FromMemory(image) ?? FromFolder(image);
    }

    /// <summary>Null where the system has no such files, or does not let code be run from them (vm.memfd_noexec = 2).</summary>
    internal static nint? FromMemory(byte[] image)
    {
        var descriptor = MemoryFile(NativeLayout.BindingFile, CloseOnExec);
        if (descriptor < 0) return null;
        // Never closed: the loader knows the library by this number's path, and would take another file of the number for it.
        var file = new SafeFileHandle(descriptor, ownsHandle: false);
        try
        {
            RandomAccess.Write(file, image, 0);
            return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
        }
        catch (Exception e) when (e is DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>From a folder that is made anew, for this user alone (mode 0700).</summary>
    internal static nint FromFolder(byte[] image)
    {
        var folder = Directory.CreateTempSubdirectory("ivnext-native-");
        try
        {
            var path = Path.Combine(folder.FullName, NativeLayout.BindingFile);
            File.WriteAllBytes(path, image);
            return NativeLibrary.Load(path);
        }
        finally
        {
            folder.Delete(recursive: true); // What is loaded stays mapped.
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemoryFile(string name, uint flags);
}
