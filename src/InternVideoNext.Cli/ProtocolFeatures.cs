using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;

namespace InternVideoNext.Cli;

/// <summary>Reads clips and encodes them as a probe protocol says: frames, size, views, augmentation.</summary>
/// <param name="protocol">The protocol.</param>
/// <param name="encoder">The frozen encoder, at the protocol's frames and size.</param>
/// <param name="tools">ffmpeg and ffprobe.</param>
/// <param name="copies">Augmented readings of each training clip, where the protocol asks for augmented features.</param>
/// <param name="seed">Of the augmentation.</param>
internal sealed class ProtocolFeatures(ProbeProtocol protocol, VideoEncoder encoder, FFMpegTools tools, int copies, ulong seed)
{
    private const int BatchSize = 32;

    /// <summary>Frames and size of a clip, as the encoder reads them.</summary>
    public DataConfig ClipConfig { get; } = new() { Frames = encoder.Config.Frames, Size = encoder.Config.ImageSize };

    private FeatureKind Kind => protocol.Reads;

    /// <summary>
    /// The clips to train the probe on. Joined segments are read without augmentation, which the result tells as a departure.
    /// </summary>
    public Task<FeatureSet> TrainingAsync(Manifest manifest, string label, CancellationToken cancellation)
    {
        var source = Source(manifest);
        if (protocol.JoinSegments) return ReadAsync(
            manifest, source, new ClipViews(protocol.Segments, 1, protocol.FrameStride), label, cancellation);
        if (protocol.TrainFeatures == FeatureOrigin.Augmented)
            return ReadAsync(manifest, source, new AugmentedClips(source, copies, seed), label, FeatureOrigin.Augmented, cancellation);
        return ReadAsync(manifest, source, new ClipViews(1, 1, protocol.FrameStride), label, cancellation);
    }

    /// <summary>The clips to measure on, all views of the protocol.</summary>
    public Task<FeatureSet> TestAsync(Manifest manifest, string label, CancellationToken cancellation) =>
        ReadAsync(manifest, Source(manifest), new ClipViews(protocol.Segments, protocol.Crops, protocol.FrameStride), label, cancellation);

    /// <summary>Every clip's features, all views of the protocol, whatever their labels.</summary>
    public async Task<ExtractedFeatures> UnlabelledAsync(Manifest manifest, CancellationToken cancellation)
    {
        var (source, views) = (Source(manifest), new ClipViews(protocol.Segments, protocol.Crops, protocol.FrameStride));
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
        var features = await FeatureExtraction.ExtractAsync([encoder], read, Kind, BatchSize, progress: null, cancellation)
            .ConfigureAwait(false);
        SkippedFilesDisplay.Write(source.Skipped, source.Damaged);
        return features;
    }
}
