using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;

namespace InternVideoNext.Cli;

/// <summary>Reads clips and encodes them as a probe protocol says: frames, size, views, augmentation.</summary>
/// <param name="protocol">The protocol.</param>
/// <param name="encoder">The frozen encoder; what the protocol leaves open of a clip is as its own preprocessing says.</param>
/// <param name="tools">ffmpeg and ffprobe.</param>
/// <param name="copies">Augmented readings of each training clip, where the protocol asks for augmented features.</param>
/// <param name="seed">Of the augmentation.</param>
internal sealed class ProtocolFeatures(ProbeProtocol protocol, IFrozenEncoder encoder, FFMpegTools tools, int copies, ulong seed)
{
    /// <summary>Frames and size of a clip, as the protocol states them, or as the encoder wants them.</summary>
    public DataConfig ClipConfig { get; } = new()
    {
        Frames = protocol.Frames ?? encoder.Preprocessing.Frames,
        Size = protocol.ImageSize ?? encoder.Preprocessing.Size,
    };

    private FeatureKind Kind => protocol.Reads;

    private ClipPreprocessing Own => encoder.Preprocessing;

    /// <summary>
    /// The clips to train the probe on. Joined segments are read without augmentation, which the result tells as a departure.
    /// </summary>
    public Task<FeatureSet> TrainingAsync(Manifest manifest, string label, CancellationToken cancellation)
    {
        var source = Source(manifest);
        if (protocol.JoinSegments) return ReadAsync(manifest, source, Views(protocol.Segments, 1), label, cancellation);
        if (protocol.TrainFeatures == FeatureOrigin.Augmented)
            return ReadAsync(manifest, source, new AugmentedClips(source, copies, seed), label, FeatureOrigin.Augmented, cancellation);
        return ReadAsync(manifest, source, Views(1, 1), label, cancellation);
    }

    /// <summary>The clips to measure on, all views of the protocol.</summary>
    public Task<FeatureSet> TestAsync(Manifest manifest, string label, CancellationToken cancellation) =>
        ReadAsync(manifest, Source(manifest), Views(protocol.Segments, protocol.Crops), label, cancellation);

    /// <summary>Every clip's features, all views of the protocol, whatever their labels.</summary>
    public async Task<ExtractedFeatures> UnlabelledAsync(Manifest manifest, CancellationToken cancellation)
    {
        var (source, views) = (Source(manifest), Views(protocol.Segments, protocol.Crops));
        var features = await ExtractAsync(source, new ViewedClips(source, views), cancellation).ConfigureAwait(false);
        if (!protocol.JoinSegments) return features;
        using (features) return features.JoinSegments(views);
    }

    private VideoClipSource Source(Manifest manifest)
    {
        if (manifest.Entries.Count == 0) throw new ConfigurationException(
            "--data: the manifest needs clips in the split train and in the one to measure on (--test-split)");
        return new VideoClipSource(manifest, ClipConfig, tools);
    }

    // A protocol that states its frames states how they are taken too.
    private ClipViews Views(int segments, int crops) => new(
        segments, crops, protocol.Frames is null && Own.Sampling == ClipSampling.Dense ? Own.FrameStride : protocol.FrameStride)
    {
        CentreShare = Own.CropShare,
        FromStarts = protocol.Frames is null && Own.Sampling == ClipSampling.SegmentStarts,
    };

    private async Task<FeatureSet> ReadAsync(
        Manifest manifest, VideoClipSource source, ClipViews views, string label, CancellationToken cancellation)
    {
        if (!protocol.JoinSegments) return await ReadAsync(
            manifest, source, new ViewedClips(source, views), label, FeatureOrigin.Cached, cancellation).ConfigureAwait(false);
        using var features = await ExtractAsync(source, new ViewedClips(source, views), cancellation).ConfigureAwait(false);
        using var joined = features.JoinSegments(views);
        return joined.Labelled(0, manifest, label);
    }

    private async Task<FeatureSet> ReadAsync(
        Manifest manifest, VideoClipSource source, IClipSource read, string label, FeatureOrigin origin, CancellationToken cancellation)
    {
        using var features = await ExtractAsync(source, read, cancellation).ConfigureAwait(false);
        return features.Labelled(0, manifest, label, origin);
    }

    private async Task<ExtractedFeatures> ExtractAsync(VideoClipSource source, IClipSource read, CancellationToken cancellation)
    {
        var batchSize = FeatureExtraction.BatchSizeFor(encoder, ClipConfig.Frames, ClipConfig.Size);
        var features = await FeatureExtraction.ExtractAsync(encoder, read, Kind, batchSize, progress: null, cancellation)
            .ConfigureAwait(false);
        SkippedFilesDisplay.Write(source.Skipped, source.Damaged);
        return features;
    }
}
