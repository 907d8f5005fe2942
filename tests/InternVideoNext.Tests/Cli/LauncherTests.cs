using System.Diagnostics;

namespace InternVideoNext.Tests.Cli;

/// <summary>The launcher in a checkout of its own, with a stand-in for <c>dotnet</c> that writes down what it is asked.</summary>
public sealed class LauncherTests : IDisposable
{
    private const string Program = "src/InternVideoNext.Cli/bin/Release/net10.0/ivnext.dll";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Launcher_OtherBuildOptions_BuildsAgain()
    {
        Make();
        Assert.Equal(1, Run(options: null));
        Assert.Equal(1, Run(options: null));
        Assert.Equal(2, Run("-p:Backend=cuda"));
        Assert.Equal(2, Run("-p:Backend=cuda"));
        Assert.Equal(3, Run(options: null));
        Assert.Contains("-p:Backend=cuda", File.ReadAllText(Path.Combine(_folder.Path, "builds")), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Make()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "bin"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "src"));
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json"])
            File.WriteAllText(Path.Combine(_folder.Path, file), "");
        File.Copy(Path.Combine(Repository.Root, "ivnext"), Path.Combine(_folder.Path, "ivnext"));
        var dotnet = Path.Combine(_folder.Path, "bin", "dotnet");
        File.WriteAllText(dotnet,
            $$"""
            #!/usr/bin/env bash
            root="{{_folder.Path}}"
            if [ "$1" = build ]; then
              echo "$@" >>"$root/builds"
              mkdir -p "$(dirname "$root/{{Program}}")"
              touch "$root/{{Program}}"
            fi
            """);
        using var executable = Process.Start("chmod", ["+x", dotnet]);
        executable.WaitForExit();
    }

    // How often was built by now.
    private int Run(string? options)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(_folder.Path, "ivnext"), "doctor"])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{Path.Combine(_folder.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment.Remove("IVNEXT_BUILD_OPTIONS");
        if (options is not null) start.Environment["IVNEXT_BUILD_OPTIONS"] = options;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
        return File.ReadAllLines(Path.Combine(_folder.Path, "builds")).Length;
    }
}
