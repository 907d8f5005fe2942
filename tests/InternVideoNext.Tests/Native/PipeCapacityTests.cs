using System.Diagnostics;
using System.IO.Pipes;
using InternVideoNext.Native;

namespace InternVideoNext.Tests.Native;

public sealed class PipeCapacityTests
{
    private const int GetPipeSize = 1032; // F_GETPIPE_SZ

    [Fact]
    public void Raise_PipeOfAProcess_HoldsAtLeastAPicture()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var process = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        foreach (var stream in (Stream[])[process.StandardInput.BaseStream, process.StandardOutput.BaseStream])
        {
            PipeCapacity.Raise(stream);
            Assert.Equal(1 << 18, PipeCapacity.Control(Assert.IsAssignableFrom<PipeStream>(stream).SafePipeHandle, GetPipeSize, 0));
        }
        process.StandardInput.Close();
        process.WaitForExit();
    }

    [Fact]
    public void Raise_OtherStream_IsLeftAlone() => PipeCapacity.Raise(Stream.Null);
}
