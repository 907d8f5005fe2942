using System.Xml.Linq;
using InternVideoNext.Cli.Packaging;
using InternVideoNext.Notebooks;

namespace InternVideoNext.Tests.Cli.Packaging;

/// <summary>
/// <c>tests/InternVideoNext.PackageTests</c>, which sees the packages and none of the sources, run on those packed from this checkout.
/// </summary>
public sealed class PackedPackagesTests(PackedPackagesTests.Outside outside) : IClassFixture<PackedPackagesTests.Outside>
{
    private const string Block = "Block_OfOnesOwn_TrainsResumesProbesAndDescribes";

    [Theory]
    [InlineData("Libraries_AreThePackedOnes")]
    [InlineData($"{Block}(block: \"mask\")")]
    [InlineData($"{Block}(block: \"predictor\")")]
    [InlineData($"{Block}(block: \"decoder\")")]
    [InlineData($"{Block}(block: \"teacher\")")]
    public void Outside_EveryTest_Passes(string test) => Assert.True(outside.Verdict(test) == "passed", outside.Verdict(test));

    /// <summary>One run of that assembly.</summary>
    public sealed class Outside : IAsyncLifetime, IDisposable
    {
        private readonly TemporaryFolder _results = new();
        private Dictionary<string, string> _verdicts = [];
        private string _output = "";

        /// <summary><c>passed</c>, or why not.</summary>
        public string Verdict(string test) => _verdicts.GetValueOrDefault(test, $"it did not run:\n{_output}");

        public async Task InitializeAsync()
        {
            var root = Repository.Root;
            var version = await new PackageFeed(root, PackageFeed.DefaultFolder(root)).FillAsync(
                PackageGroup.Libraries, TextWriter.Null, CancellationToken.None);
            (_, _output) = await DotNet.RunAsync(
                DotNet.Command(
                    "test", Path.Combine(root, "tests", "InternVideoNext.PackageTests"), "-c", "Release", "--nologo",
                    $"-p:PackedVersion={version}", "--artifacts-path", Path.Combine(root, "artifacts", "package-tests"),
                    "--logger", "trx;LogFileName=results.trx", "--results-directory", _results.Path),
                CancellationToken.None);
            if (!File.Exists(_results["results.trx"])) return;
            var results = XDocument.Load(_results["results.trx"]).Descendants().Where(e => e.Name.LocalName == "UnitTestResult");
            _verdicts = results.ToDictionary(
                result => result.Attribute("testName")!.Value.Split("ForeignBlockTests.")[^1],
                result => result.Attribute("outcome")!.Value == "Passed" ? "passed" : result.Value);
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => _results.Dispose();
    }
}
