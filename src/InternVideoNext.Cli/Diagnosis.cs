using System.Globalization;
using System.Runtime.InteropServices;
using InternVideoNext.Data;
using InternVideoNext.Native;
using InternVideoNext.Training;
using TorchSharp;

namespace InternVideoNext.Cli;

/// <summary>Looks at everything that matters for training on this machine.</summary>
internal static partial class Diagnosis
{
    public static IReadOnlyList<Finding> Run()
    {
        var libtorch = LibTorchFinding();
        List<Finding> findings =
        [
            new(".NET", RuntimeInformation.FrameworkDescription),
            System(),
            new("C library", $"glibc {Marshal.PtrToStringAnsi(GlibcVersion())}"),
            libtorch,
            new("TorchSharp", Binding()),
            new("processors", $"{Environment.ProcessorCount}, {RuntimeInformation.ProcessArchitecture}"),
            Memory(),
        ];
        findings.AddRange(libtorch.State == FindingState.Good ? [.. Devices(), .. FastWays()] : []);
        findings.Add(FFMpeg());
        return findings;
    }

    private static Finding System()
    {
        var name = RuntimeInformation.OSDescription;
        return OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? new("system", name)
            : new("system", name, FindingState.Limited,
                "only Linux on x64 is tested; other systems need TorchSharp's package for them (see environment.md)");
    }

    private static Finding LibTorchFinding()
    {
        try
        {
            LibTorch.EnsureLoaded();
        }
        catch (LibTorchLoadException e)
        {
            return new("libtorch", "cannot be loaded", FindingState.Missing, e.Message);
        }
        var status = LibTorch.Status;
        var origin = status.Origin switch
        {
            LibTorchOrigin.EnvironmentVariable => $"from {LibTorch.EnvironmentVariable}",
            LibTorchOrigin.LibraryPath => "from the library path",
            _ => "from the package",
        };
        return new("libtorch", $"{status.Version ?? "version not stated"}, {origin}{(status.Directory is { } d ? $", {d}" : "")}");
    }

    private static string Binding()
    {
        var version = typeof(torch).Assembly.GetName().Version!.ToString(3);
        return LibTorch.Status is { IsCuredCopy: true } status
            ? $"{version}, as a copy in memory that systems before GCC 13 load: {status.BindingPath}" : version;
    }

    private static Finding Memory()
    {
        var gibibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        var text = string.Create(CultureInfo.InvariantCulture, $"{gibibytes:0.0} GiB");
        return gibibytes >= 3 ? new("memory", text)
            : new("memory", text, FindingState.Limited, "less than 3 GiB: use --preset tiny and a smaller data.cache_megabytes");
    }

    private static IEnumerable<Finding> Devices()
    {
        var driver = File.Exists("/proc/driver/nvidia/version");
        if (torch.cuda.is_available())
        {
            yield return new("CUDA", $"{torch.cuda.device_count()} device(s); use --device cuda");
            yield break;
        }
        yield return driver
            ? new("CUDA", "an NVIDIA driver is here, but this libtorch has no CUDA or does not reach it", FindingState.Limited,
                "set IVNEXT_LIBTORCH to an installed PyTorch's torch/lib, or build with IVNEXT_BUILD_OPTIONS=-p:Backend=cuda (see "
                    + "environment.md)")
            : new("CUDA", "no NVIDIA driver; training runs on the CPU");
    }

    // Run, not looked up: what fails here would fail in a step.
    private static IEnumerable<Finding> FastWays() =>
        new[] { torch.CPU }.Concat(torch.cuda.is_available() ? [torch.CUDA] : Array.Empty<torch.Device>())
            .SelectMany(device => KernelCheck.Run(device).Select(check => check.Error is { } error
                ? new Finding($"{check.Work}, {Name(device)}", "fails", FindingState.Missing, error)
                : new Finding($"{check.Work}, {Name(device)}", check.Way)));

    private static string Name(torch.Device device) => device.type.ToString().ToLowerInvariant();

    private static Finding FFMpeg()
    {
        try
        {
            var tools = FFMpegTools.Locate();
            var decoders = tools.VideoDecoders();
            string[] wanted = ["h264", "hevc", "vp9", "av1", "mpeg4"];
            var absent = wanted.Where(codec => !decoders.Contains(codec)).ToList();
            var found = $"{tools.Version()}, decodes {string.Join(", ", wanted.Except(absent))}";
            return absent.Count == 0 ? new("ffmpeg", found)
                : new("ffmpeg", found, FindingState.Limited,
                    $"this build cannot decode {string.Join(", ", absent)}; a distribution's full ffmpeg can");
        }
        catch (FFMpegMissingException e)
        {
            return new("ffmpeg", "missing", FindingState.Missing, e.Message);
        }
    }

    [LibraryImport("libc", EntryPoint = "gnu_get_libc_version")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint GlibcVersion();
}

/// <summary>How well one thing is there.</summary>
internal enum FindingState
{
    Good,

    /// <summary>Training works, something does not.</summary>
    Limited,

    /// <summary>Training cannot work.</summary>
    Missing,
}

/// <summary>One row of the doctor's table.</summary>
/// <param name="What">The thing looked at.</param>
/// <param name="Found">What was found, in words.</param>
/// <param name="State">How good that is.</param>
/// <param name="Remedy">What to do; null where nothing is wrong.</param>
internal sealed record Finding(string What, string Found, FindingState State = FindingState.Good, string? Remedy = null);
