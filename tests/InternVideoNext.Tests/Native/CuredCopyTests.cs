using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using InternVideoNext.Native;
using InternVideoNext.Tests.Cli;

namespace InternVideoNext.Tests.Native;

public sealed class CuredCopyTests
{
    private const string Library = "libLibTorchSharp.so", AnotherUser = "nobody";

    // Where TorchSharp's library needs no cure nothing is copied, and there is nothing to plant.
    [Fact]
    public async Task Load_LibraryPlantedInTheSharedTemporaryFolder_IsNotRun()
    {
        using var shared = new TemporaryFolder();
        if (LibTorch.Status.BindingPath is { } original) Plant(shared.Path, original);
        using var process = Ivnext.StartByShell(
            $"unset HOME XDG_CACHE_HOME; export TMPDIR={shared.Path}; exec \"$@\"", ["describe", "--preset", "tiny", "--stage", "1"]);
        var (code, output, error) = await process.EndAsync();
        Assert.True(code == 0, error);
        Assert.Contains("student", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(shared.Path, "ivnext-*"));
    }

    [Fact]
    public void FromMemory_AnyLibrary_IsLoadedAndNoFileOfTheDisk()
    {
        var handle = CuredCopy.FromMemory(SomeLibrary());
        Assert.NotNull(handle);
        Assert.NotEqual(0, NativeLibrary.GetExport(handle.Value, "CompressionNative_DeflateInit2_"));
        Assert.Contains("/memfd:libLibTorchSharp.so", File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public void FromFolder_AnyLibrary_IsLoadedAndItsFolderIsGone()
    {
        Assert.NotEqual(0, NativeLibrary.GetExport(CuredCopy.FromFolder(SomeLibrary()), "CompressionNative_DeflateInit2_"));
        Assert.Contains("libLibTorchSharp.so (deleted)", File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    private static byte[] SomeLibrary() => File.ReadAllBytes(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.IO.Compression.Native.so"));

    // As an older version of this package looked for it: named by the original's content, of its length.
    private static void Plant(string folder, string original)
    {
        var image = File.ReadAllBytes(original);
        var place = Path.Combine(folder, "ivnext", "native", Convert.ToHexString(SHA256.HashData(image))[..16]);
        Directory.CreateDirectory(place);
        File.WriteAllBytes(Path.Combine(place, Library), new byte[image.Length]);
        if (!Environment.IsPrivilegedProcess) return;
        using var chown = Process.Start("chown", ["-R", AnotherUser, Path.Combine(folder, "ivnext")]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
