using System.Security.Cryptography;
using System.Text;
using InternVideoNext.Data;

namespace InternVideoNext.Ablations;

/// <summary>
/// A labelled manifest: pre-training and probe training on <c>train</c>, measuring on <c>test</c>. The fingerprint covers the
/// class lists, and every entry's id, path, split and labels; of the files it covers the sizes.
/// </summary>
public sealed class ManifestAblationData : IAblationData
{
    private static readonly string[] Probed = ["train", "test"];

    private readonly Manifest _manifest;
    private readonly FFMpegTools _tools;
    private readonly string _index;
    private readonly Dictionary<string, Manifest> _splits;

    /// <summary>Takes a manifest.</summary>
    /// <param name="manifest">With labels, and with entries in <c>train</c> and <c>test</c>.</param>
    /// <param name="tools">Decodes.</param>
    /// <param name="indexFolder">Where what is learned of the files is kept.</param>
    /// <exception cref="ManifestException">It has no labels, or an empty split.</exception>
    public ManifestAblationData(Manifest manifest, FFMpegTools tools, string indexFolder)
    {
        if (manifest.Labels.Count == 0)
            throw new ManifestException($"manifest '{manifest.Name}' has no labels; an ablation measures rows by probes, which need some");
        (_manifest, _tools, _index) = (manifest, tools, indexFolder);
        _splits = Probed.ToDictionary(split => split, manifest.Filter);
        foreach (var (split, part) in _splits)
        {
            if (part.Entries.Count == 0) throw new ManifestException(
                $"manifest '{manifest.Name}' has no entry in split '{split}'; an ablation trains on train and measures on test");
        }
    }

    /// <inheritdoc/>
    public string Description =>
        $"{_manifest.Name}: {_splits["train"].Entries.Count} clips to train on, {_splits["test"].Entries.Count} to measure on";

    /// <inheritdoc/>
    public string Fingerprint => field ??= Hash();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Labels => _manifest.Labels;

    /// <inheritdoc/>
    public LabelledClips Open(AblationPart part, DataConfig clips, ulong seed)
    {
        var split = _splits[part == AblationPart.Test ? "test" : "train"];
        return new LabelledClips(
            new VideoClipSource(split, clips, _tools, _index),
            entry => split.Entries[entry].Id,
            (entry, label) => split.Entries[entry].Labels.TryGetValue(label, out var value) ? value
                : throw new InvalidDataException($"manifest '{_manifest.Name}': clip '{split.Entries[entry].Id}' has no label '{label}'"));
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (label, classes) in _manifest.Labels.OrderBy(l => l.Key, StringComparer.Ordinal)) Add(
            $"{label}: {string.Join('\t', classes)}");
        foreach (var entry in _manifest.Entries)
        {
            var file = new FileInfo(_manifest.PathOf(entry));
            Add($"{entry.Id}\t{entry.Path}\t{entry.Split}\t{(file.Exists ? file.Length : -1)}\t" +
                string.Join('\t', entry.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")));
        }
        return $"manifest/{Convert.ToHexString(hash.GetHashAndReset())[..16]}";

        void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
    }
}
