using InternVideoNext.Checkpoints;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Parity;

/// <summary>A folder of a test's own reference files: fixtures, changed copies of them, and new ones.</summary>
internal sealed class ParityFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static string Fixtures { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "reference");

    public string Path => _folder.Path;

    public string this[string file] => _folder[file];

    /// <summary>Copies a fixture with its tensors changed in memory; returns the copy's path.</summary>
    /// <param name="fixture">Name without extension.</param>
    /// <param name="change">Adds, replaces or removes tensors.</param>
    public string Change(string fixture, Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(System.IO.Path.Combine(Fixtures, fixture + ".safetensors"));
        var tensors = file.Entries.Keys.ToDictionary(name => name, file.Read);
        change(tensors);
        var copy = this[System.IO.Path.GetFileName(fixture) + ".safetensors"];
        SafetensorsWriter.Write(copy, tensors, file.Metadata);
        return copy;
    }

    /// <summary>Writes a reference file.</summary>
    /// <param name="name">Name without extension.</param>
    /// <param name="info">JSON of the header's info.</param>
    /// <param name="tensors">Everything in it.</param>
    public string Write(string name, string info, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        SafetensorsWriter.Write(this[name + ".safetensors"], tensors, new Dictionary<string, string> { ["info"] = info });
        return this[name + ".safetensors"];
    }

    public void Dispose() => _folder.Dispose();
}
