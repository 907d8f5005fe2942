using InternVideoNext.Native;
using InternVideoNext.Tests.Cli;

namespace InternVideoNext.Tests.Native;

public sealed class NativeLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void FindLibrary_CudaPackagesInParts_FindsEachWhereverItLies()
    {
        var first = Native("libtorch-cuda-12.8-linux-x64-part1", "libtorch_cpu.so", "libc10.so");
        var second = Native("libtorch-cuda-12.8-linux-x64-part2-primary", "libtorch_cuda.so");
        Native("libtorch-cuda-12.8-win-x64", "libtorch_cuda_linalg.so");
        Assert.Equal(Path.Combine(first, "libc10.so"), NativeLayout.FindLibrary("libc10.so", first));
        Assert.Equal(Path.Combine(second, "libtorch_cuda.so"), NativeLayout.FindLibrary("libtorch_cuda.so", first));
        Assert.Null(NativeLayout.FindLibrary("libtorch_cuda_linalg.so", first));
        Assert.True(NativeLayout.HasCuda(first));
        Assert.Equal("2.10.0", NativeLayout.VersionOf(first));
    }

    [Fact]
    public void HasCuda_PackageOfTheCpuBesideCudas_HasNone()
    {
        var cpu = Native("libtorch-cpu-linux-x64", "libtorch_cpu.so");
        Native("libtorch-cuda-12.8-linux-x64-part1", "libtorch_cuda.so");
        Assert.False(NativeLayout.HasCuda(cpu));
    }

    [Fact]
    public void VersionOf_ArchiveOfLibtorch_IsReadBesideIt()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "libtorch", "lib")).FullName;
        File.WriteAllText(Path.Combine(_folder.Path, "libtorch", "build-version"), "2.11.0+cu130\n");
        Assert.Equal("2.11.0+cu130", NativeLayout.VersionOf(folder));
    }

    [Fact]
    public async Task Doctor_LibtorchOfAnotherVersion_IsRefusedWithTheVersionsThatWork()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "torch", "lib")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "libtorch_cpu.so"), "");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "torch", "version.py"), "__version__ = '2.7.1+cu126'\n");
        var environment = new Dictionary<string, string> { [LibTorch.EnvironmentVariable] = folder };
        var (code, output, _) = await Ivnext.RunWithAsync(environment, "doctor");
        Assert.Equal(3, code);
        Assert.Contains("which is libtorch 2.7.1+cu126", output, StringComparison.Ordinal);
        Assert.Contains("works on 2.10 and 2.11", output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Native(string package, params string[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, package, "2.10.0", "runtimes", "linux-x64", "native")).FullName;
        foreach (var file in files) File.WriteAllText(Path.Combine(folder, file), "");
        return folder;
    }
}
