using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace InternVideoNext.Native;

/// <summary>
/// Makes TorchSharp loadable before its first call, in applications, tests and notebooks alike.
/// </summary>
/// <remarks>
/// Runs by itself when this assembly is first touched. On systems that TorchSharp's package supports, with libtorch for the CPU, it does
/// nothing. A libtorch with CUDA is loaded before TorchSharp's native library, which would otherwise find the CPU's half alone.
/// On older ones (no GLIBCXX_3.4.32: Debian 12, Ubuntu 22.04, RHEL 9) it loads a marked copy, in memory, of TorchSharp's
/// native library; with <c>IVNEXT_LIBTORCH</c> set it takes libtorch from that folder. The packages stay untouched.
/// </remarks>
public static class LibTorch
{
    /// <summary>The environment variable naming a folder with libtorch, such as an installed PyTorch's <c>torch/lib</c>.</summary>
    public const string EnvironmentVariable = "IVNEXT_LIBTORCH";

    private const string MissingVersion = "GLIBCXX_3.4.32", MissingSymbol = "_ZSt21ios_base_library_initv";

    // That TorchSharp 0.107 was seen to work on.
    private static readonly string[] Versions = ["2.10", "2.11"];

    private static readonly Lazy<LibTorchStatus> LazyStatus = new(Prepare);

    /// <summary>What was loaded from where, or why nothing could be.</summary>
    public static LibTorchStatus Status => LazyStatus.Value;

    /// <summary>Returns if tensors can be made.</summary>
    /// <exception cref="LibTorchLoadException">libtorch cannot be loaded; the message lists what was tried and the remedy.</exception>
    public static void EnsureLoaded()
    {
        if (Status.Failure is { } failure) throw failure;
        try
        {
            using var one = torch.ones(1, device: torch.CPU);
        }
        catch (Exception e) when (
            e is TypeInitializationException or DllNotFoundException or NotSupportedException or EntryPointNotFoundException)
        {
            throw new LibTorchLoadException($"TorchSharp could not start libtorch: {e.GetBaseException().Message}\n{Remedy}", e);
        }
    }

    private const string Remedy =
        "Remedy: reference libtorch-cpu-linux-x64 2.10.0 (CPU) or TorchSharp-cuda-linux (CUDA) in the application, " +
        "or set IVNEXT_LIBTORCH to the torch/lib folder of an installed PyTorch 2.10 or 2.11. './ivnext doctor' shows the details.";

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Usage", "CA2255", Justification = "TorchSharp must find its native library already loaded; a notebook offers no other moment.")]
    internal static void Initialize() => _ = Status;

    private static LibTorchStatus Prepare()
    {
        var folder = Environment.GetEnvironmentVariable(EnvironmentVariable);
        var packaged = new LibTorchStatus(LibTorchOrigin.Package, null, null, null, false, null);
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return packaged;
        var tried = new List<string>();
        try
        {
            return Load(string.IsNullOrWhiteSpace(folder) ? null : folder, tried);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or InvalidDataException or DllNotFoundException
                or BadImageFormatException or LibTorchLoadException)
        {
            var failure = new LibTorchLoadException($"{e.Message}\nTried:\n  {string.Join("\n  ", tried)}\n{Remedy}", e);
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (_, _, _) => throw failure);
            return packaged with { Failure = failure };
        }
    }

    private static LibTorchStatus Load(string? folder, List<string> tried)
    {
        var binding = NativeLayout.FindBinding(tried)
            ?? throw new LibTorchLoadException($"TorchSharp's native library {NativeLayout.BindingFile} was not found.");
        var libtorch = folder is null ? NativeLayout.FindLibTorch(tried) : RequireLibTorch(folder, tried);
        var origin = folder is not null ? LibTorchOrigin.EnvironmentVariable
            : libtorch is null ? LibTorchOrigin.LibraryPath : LibTorchOrigin.Package;
        if (folder is not null) RequireVersion(folder, NativeLayout.VersionOf(libtorch));
        var needsCure = !SystemHas(MissingVersion, MissingSymbol);
        var status = new LibTorchStatus(origin, libtorch, NativeLayout.VersionOf(libtorch), binding, needsCure, null);
        if (!needsCure && folder is null && (libtorch is null || !NativeLayout.HasCuda(libtorch))) return status;

        var handles = libtorch is null ? [] : Preload(libtorch, tried);
        tried.Add($"load {(needsCure ? "a marked copy of " : "")}{binding}");
        var handle = handles["LibTorchSharp"] = needsCure ? CuredCopy.Load(binding, MissingVersion) : NativeLibrary.Load(binding);
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => handles.GetValueOrDefault(name));
        return status with { Binding = handle };
    }

    private static string RequireLibTorch(string folder, List<string> tried)
    {
        tried.Add($"{EnvironmentVariable}={folder}");
        var nested = Path.Combine(folder, "lib");
        if (NativeLayout.HasLibTorch(folder)) return Path.GetFullPath(folder);
        if (NativeLayout.HasLibTorch(nested)) return Path.GetFullPath(nested);
        throw new LibTorchLoadException(
            $"{EnvironmentVariable} names '{folder}', but there is no libtorch_cpu.so in it. It should be the folder that " +
            "python3 -c \"import torch,os;print(os.path.join(os.path.dirname(torch.__file__),'lib'))\" prints.");
    }

    private static void RequireVersion(string folder, string? version)
    {
        if (version is null || Versions.Any(v => version.StartsWith(v + '.', StringComparison.Ordinal))) return;
        throw new LibTorchLoadException(
            $"{EnvironmentVariable} names '{folder}', which is libtorch {version}; TorchSharp "
            + $"{typeof(torch).Assembly.GetName().Version!.ToString(3)} works on {string.Join(" and ", Versions)}.");
    }

    // Loaded by absolute path and in order of need, so that later look-ups by name find these and no others.
    private static Dictionary<string, nint> Preload(string folder, List<string> tried)
    {
        var handles = new Dictionary<string, nint>();
        foreach (var name in (string[])["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"])
        {
            if (NativeLayout.FindLibrary($"lib{name}.so", folder) is not { } path) continue;
            tried.Add($"load {path}");
            handles[name] = NativeLibrary.Load(path);
        }
        return handles;
    }

    private static bool SystemHas(string version, string symbol) =>
        NativeLibrary.TryLoad("libstdc++.so.6", out var library) && Dlvsym(library, symbol, version) != 0;

    [DllImport("libc", EntryPoint = "dlvsym", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Dlvsym(nint library, string symbol, string version);
}

/// <summary>
/// libtorch, or TorchSharp's native library on top of it, could not be loaded. The message says what was tried and what to do.
/// </summary>
public sealed class LibTorchLoadException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public LibTorchLoadException(string message) : base(message) { }

    /// <summary>Creates the error with the whole message and the loader's own error.</summary>
    public LibTorchLoadException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>How libtorch came to be loaded in this process.</summary>
/// <param name="Origin">Who decided the place: the packages, or the environment variable.</param>
/// <param name="Directory">The folder the libtorch files were taken from; null where the system's loader chose.</param>
/// <param name="Version">libtorch's version as its files state it, or null where they do not.</param>
/// <param name="BindingPath">TorchSharp's native library.</param>
/// <param name="IsCuredCopy">Whether a marked copy of it, in memory, is what runs: on systems older than GCC 13.</param>
/// <param name="Failure">Why nothing could be loaded; null when all is well.</param>
public sealed record LibTorchStatus(
    LibTorchOrigin Origin, string? Directory, string? Version, string? BindingPath, bool IsCuredCopy, LibTorchLoadException? Failure)
{
    /// <summary>The loaded binding's handle; 0 where TorchSharp loads it itself.</summary>
    internal nint Binding { get; init; }
}

/// <summary>Where libtorch was taken from.</summary>
public enum LibTorchOrigin
{
    /// <summary>The NuGet package of the application.</summary>
    Package,

    /// <summary>The folder in the environment variable <c>IVNEXT_LIBTORCH</c>: an installed PyTorch's <c>torch/lib</c>.</summary>
    EnvironmentVariable,

    /// <summary>The system's library path (LD_LIBRARY_PATH).</summary>
    LibraryPath,
}
