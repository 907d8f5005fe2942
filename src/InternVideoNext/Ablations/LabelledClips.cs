using InternVideoNext.Data;

namespace InternVideoNext.Ablations;

/// <summary>A source of clips with the classes of its entries.</summary>
/// <param name="Source">The clips.</param>
/// <param name="IdOf">An entry's name.</param>
/// <param name="LabelOf">An entry's class for a label's name. Throws <see cref="InvalidDataException"/> where it has none.</param>
public sealed record LabelledClips(IClipSource Source, Func<int, string> IdOf, Func<int, string, int> LabelOf);
