using InternVideoNext.Runs;

namespace InternVideoNext.Tests.Training;

/// <summary>A run's folder that is gone after the test.</summary>
internal sealed class TemporaryRun : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ivnext-run-").FullName;

    public RunFolder Run => new(Path.Combine(_root, "run"));

    public string Root => _root;

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
