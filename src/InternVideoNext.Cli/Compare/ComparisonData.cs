using System.Globalization;
using System.Security.Cryptography;
using InternVideoNext.Ablations;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;

namespace InternVideoNext.Cli.Compare;

/// <summary>The clips of a comparison: a labelled manifest, or the embedded world.</summary>
internal abstract class ComparisonData
{
    private const string Embedded = "shapes";

    /// <summary>What it is, for people.</summary>
    public abstract string Description { get; }

    /// <summary>Changes whenever any clip or label does.</summary>
    public abstract string Fingerprint { get; }

    /// <summary>The label's classes.</summary>
    public abstract IReadOnlyList<string> Classes { get; }

    /// <summary>Whether it is the embedded world.</summary>
    public abstract bool IsEmbedded { get; }

    /// <summary>Reads and encodes one part.</summary>
    public abstract Task<FeatureSet> ReadAsync(
        ProbeProtocol protocol, IFrozenEncoder encoder, bool isTest, CancellationToken cancellation);

    /// <summary>Opens what <c>--data</c> names.</summary>
    /// <exception cref="ConfigurationException">It has no such label.</exception>
    public static ComparisonData Open(string name, string label, string testSplit, ulong seed, FFMpegTools tools)
    {
        if (name == Embedded || name.StartsWith(Embedded + ":", StringComparison.Ordinal))
            return new ShapesData(name == Embedded ? "mini" : name[(Embedded.Length + 1)..], label, seed);
        return new ManifestData(name, label, testSplit, seed, tools);
    }

    private static IReadOnlyList<string> ClassesOf(IReadOnlyDictionary<string, IReadOnlyList<string>> labels, string label) =>
        labels.TryGetValue(label, out var classes) ? classes : throw new ConfigurationException(
            $"--label {label}: there are {(labels.Count == 0 ? "none" : string.Join(", ", labels.Keys))}");

    private sealed class ManifestData : ComparisonData
    {
        private readonly Manifest _manifest;
        private readonly string _label;
        private readonly string _split;
        private readonly ulong _seed;
        private readonly FFMpegTools _tools;

        public ManifestData(string path, string label, string split, ulong seed, FFMpegTools tools)
        {
            (_manifest, _label, _split, _seed, _tools) = (Manifest.Open(path), label, split, seed, tools);
            Classes = ClassesOf(_manifest.Labels, label);
            Description = string.Create(
                CultureInfo.InvariantCulture,
                $"{_manifest.Name}: {_manifest.Filter("train").Entries.Count} clips to train on, "
                + $"{_manifest.Filter(split).Entries.Count} of split {split} to measure on");
            var text = File.Exists(path) ? File.ReadAllBytes(path) : System.Text.Encoding.UTF8.GetBytes(
                string.Join('\n', _manifest.Entries.Select(entry => entry.Path)));
            Fingerprint = $"manifest/{Convert.ToHexString(SHA256.HashData(text))}/{split}";
        }

        public override string Description { get; }

        public override string Fingerprint { get; }

        public override IReadOnlyList<string> Classes { get; }

        public override bool IsEmbedded => false;

        public override Task<FeatureSet> ReadAsync(
            ProbeProtocol protocol, IFrozenEncoder encoder, bool isTest, CancellationToken cancellation)
        {
            var features = new ProtocolFeatures(protocol, encoder, _tools, copies: 1, _seed);
            return isTest ? features.TestAsync(_manifest.Filter(_split), _label, cancellation)
                : features.TrainingAsync(_manifest.Filter("train"), _label, cancellation);
        }
    }

    private sealed class ShapesData : ComparisonData
    {
        private readonly ShapesAblationData _data;
        private readonly string _label;
        private readonly ulong _seed;

        public ShapesData(string size, string label, ulong seed)
        {
            if (size is not ("tiny" or "mini" or "small"))
                throw new ConfigurationException($"--data shapes:{size}: there are shapes:tiny, shapes:mini and shapes:small");
            (_data, _label, _seed) = (ShapesAblationData.For(size), label, seed);
            Classes = ClassesOf(_data.Labels, label);
        }

        public override string Description => string.Create(CultureInfo.InvariantCulture, $"{_data.Description}; world of seed {_seed}");

        public override string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"{_data.Fingerprint}/seed {_seed}");

        public override IReadOnlyList<string> Classes { get; }

        public override bool IsEmbedded => true;

        public override async Task<FeatureSet> ReadAsync(
            ProbeProtocol protocol, IFrozenEncoder encoder, bool isTest, CancellationToken cancellation)
        {
            var own = encoder.Preprocessing;
            var clips = _data.Open(
                isTest ? AblationPart.Test : AblationPart.ProbeTraining, new DataConfig { Frames = own.Frames, Size = own.Size }, _seed);
            using var features = await FeatureExtraction.ExtractAsync(
                encoder, clips.Source, protocol.Reads, batchSize: 64, progress: null, cancellation).ConfigureAwait(false);
            return features.Labelled(0, clips.IdOf, entry => clips.LabelOf(entry, _label));
        }
    }
}
