using InternVideoNext.Data;

namespace InternVideoNext.Ablations;

/// <summary>What an ablation trains and probes on: the embedded world, or a labelled manifest of video files.</summary>
public interface IAblationData
{
    /// <summary>What it is, for people.</summary>
    string Description { get; }

    /// <summary>Changes whenever any clip or label does: part of a run's hash.</summary>
    string Fingerprint { get; }

    /// <summary>Label name to its classes in order of index.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<string>> Labels { get; }

    /// <summary>Opens one part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="clips">Frames and size of a clip.</param>
    /// <param name="seed">The run's seed; a synthetic world is another one for every seed.</param>
    LabelledClips Open(AblationPart part, DataConfig clips, ulong seed);
}
