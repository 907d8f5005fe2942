using InternVideoNext.Data;
using InternVideoNext.Modules;

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

/// <summary>What clips are for.</summary>
public enum AblationPart
{
    /// <summary>Pre-training; labels are read by the supervised bound alone.</summary>
    Training,

    /// <summary>Training a probe.</summary>
    ProbeTraining,

    /// <summary>Measuring it.</summary>
    Test,
}

/// <summary>A source of clips with the classes of its entries.</summary>
/// <param name="Source">The clips.</param>
/// <param name="IdOf">An entry's name.</param>
/// <param name="LabelOf">An entry's class for a label's name. Throws <see cref="InvalidDataException"/> where it has none.</param>
public sealed record LabelledClips(IClipSource Source, Func<int, string> IdOf, Func<int, string, int> LabelOf)
{
    /// <summary>Where the thing that moves is in an entry's frames, in cells of an encoder's grid; null where nobody knows it.</summary>
    public Func<int, TokenGrid, ActorTrack>? TrackOf { get; init; }
}
