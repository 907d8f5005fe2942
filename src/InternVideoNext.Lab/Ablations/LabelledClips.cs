using InternVideoNext.Data;
using InternVideoNext.Modules;

namespace InternVideoNext.Ablations;

/// <summary>A source of clips with the classes of its entries.</summary>
/// <param name="Source">The clips.</param>
/// <param name="IdOf">An entry's name.</param>
/// <param name="LabelOf">An entry's class for a label's name. Throws <see cref="InvalidDataException"/> where it has none.</param>
public sealed record LabelledClips(IClipSource Source, Func<int, string> IdOf, Func<int, string, int> LabelOf)
{
    /// <summary>Where the thing that moves is in an entry's frames, in cells of an encoder's grid; null where nobody knows it.</summary>
    public Func<int, TokenGrid, ActorTrack>? TrackOf { get; init; }
}
