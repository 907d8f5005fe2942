using System.Reflection;
using System.Runtime.InteropServices;
using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Native;
using TorchSharp;

namespace InternVideoNext.Interactive;

/// <summary>Which packages a session runs on, in one line: a notebook's first output.</summary>
public sealed class LoadedPackages : HtmlView
{
    private readonly string _line;

    /// <summary>Makes sure that tensors can be made, and reads the versions.</summary>
    /// <exception cref="LibTorchLoadException">libtorch cannot be loaded; the message names the remedy.</exception>
    public LoadedPackages()
    {
        LibTorch.EnsureLoaded();
        var device = torch.cuda.is_available() ? "CUDA" : "CPU";
        _line = $"InternVideoNext {Version}, TorchSharp {VersionOf(typeof(torch).Assembly)}, libtorch {torch.__version__} ({device}), "
            + RuntimeInformation.FrameworkDescription;
    }

    /// <summary>The version of the packages made from this project.</summary>
    public static string Version => VersionOf(typeof(LoadedPackages).Assembly);

    /// <inheritdoc/>
    public override string ToHtml() => Figure(Markup.Of($"<code>{_line}</code>"), Caption);

    /// <inheritdoc/>
    public override string ToString() => _line;

    // Without the commit that a build adds after a plus.
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version!.ToString(3);
}
