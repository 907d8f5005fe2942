using System.CommandLine;
using System.Xml.Linq;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext test</c>: every test of the project, with the counts on the last line.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var filter = new Option<string?>("--filter") { Description = "Run only tests whose full name contains this text." };
        var command = new Command("test",
            """
            Run every test; the last line says 'N passed, N failed, N skipped'.

            Examples:
              ./ivnext test
              ./ivnext test --filter Masking
            """) { filter };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(filter), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string? filter, CancellationToken cancellation)
    {
        await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false);
        // Where it cannot be had, the tests that run under mpirun say so and are skipped.
        await SystemPackage.EnsureAsync("openmpi-bin", () => Task.FromResult(SystemPackage.OnPath("mpirun")), cancellation)
            .ConfigureAwait(false);
        var root = Environment.GetEnvironmentVariable("IVNEXT_ROOT") ?? Directory.GetCurrentDirectory();
        var results = Directory.CreateTempSubdirectory("ivnext-test-").FullName;
        try
        {
            string[] words =
            [
                "test", "tests/InternVideoNext.Tests", "-c", "Release", "--nologo", "--logger", "trx;LogFileName=results.trx",
                "--results-directory", results, .. filter is null ? Array.Empty<string>() : [$"--filter=FullyQualifiedName~{filter}"],
            ];
            var code = await ChildProcess.RunAsync(new ChildCommand("dotnet", words) { Folder = root }, cancellation).ConfigureAwait(false);
            return Summarise(Path.Combine(results, "results.trx"), code);
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }
    }

    private static int Summarise(string file, int exitCode)
    {
        if (!File.Exists(file)) throw new InvalidDataException("the tests did not run (see the build's messages above)");
        var counters = XDocument.Load(file).Descendants().First(e => e.Name.LocalName == "Counters");
        int Count(string name) => (int?)counters.Attribute(name) ?? 0;
        var (passed, total, executed) = (Count("passed"), Count("total"), Count("executed"));
        var failed = executed - passed;
        Console.WriteLine($"{passed} passed, {failed} failed, {total - executed} skipped");
        return exitCode == 0 && failed == 0 && passed > 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
