using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace InternVideoNext.Native;

/// <summary>
/// The room in a pipe. Linux's pipes hold 64 KiB, a quarter of a small picture, so that the program at either end sleeps and is
/// woken several times a picture.
/// </summary>
internal static partial class PipeCapacity
{
    private const int Bytes = 1 << 18;
    private const int SetPipeSize = 1031; // F_SETPIPE_SZ

    /// <summary>Makes more room where the system allows it. Only the speed changes.</summary>
    /// <param name="stream">One end of a pipe; any other stream stays as it is.</param>
    public static void Raise(Stream stream)
    {
        // A system that refuses leaves the pipe as it was.
        if (OperatingSystem.IsLinux() && stream is PipeStream pipe) _ = Control(pipe.SafePipeHandle, SetPipeSize, Bytes);
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Control(SafeHandle pipe, int command, int argument);
}
