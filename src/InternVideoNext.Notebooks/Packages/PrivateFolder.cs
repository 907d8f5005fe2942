using System.Runtime.InteropServices;

namespace InternVideoNext.Notebooks.Packages;

/// <summary>
/// Folders that nobody but this user can write to. What is read from any other may be another user's: paths of code must not be.
/// </summary>
internal static partial class PrivateFolder
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int CurrentFolder = -100, DoNotFollowLinks = 0x100, OwnerAndMode = 0x9, OwnerOffset = 20, StatxBytes = 256;

    /// <summary>Makes the folder where it is missing, and says whether it is this user's alone.</summary>
    /// <param name="path">The folder; not one of several users.</param>
    public static bool TryMake(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, OwnerOnly);
            return !OperatingSystem.IsLinux() || (OwnerOf(path) == EffectiveUser() && (File.GetUnixFileMode(path) & WritableByOthers) == 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // a read-only home
        }
    }

    // Of a link: whoever owns it decides where it leads.
    private static unsafe uint? OwnerOf(string path)
    {
        Span<byte> answer = stackalloc byte[StatxBytes];
        fixed (byte* place = answer)
        {
            var known = Statx(CurrentFolder, path, DoNotFollowLinks, OwnerAndMode, place) == 0;
            return known ? BitConverter.ToUInt32(answer[OwnerOffset..]) : null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* answer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}
