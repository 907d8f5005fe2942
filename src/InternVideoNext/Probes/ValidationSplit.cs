using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>Rows to train on and rows to choose by.</summary>
internal sealed record ValidationSplit(int[] Training, int[] Validation)
{
    /// <summary>Whether so many clips of each class are enough to hold out any.</summary>
    public static bool CanCarve(IEnumerable<int> clipsOfClasses, double share) => clipsOfClasses.Any(clips => Held(clips, share) > 0);

    private static int Held(int clips, double share) =>
        Math.Min(clips - 1, (int)Math.Round(share * clips, MidpointRounding.AwayFromZero));

    /// <summary>
    /// Holds out a share of the clips of every class (rounded, at least one clip of each class stays in training);
    /// all views of a clip go to one side.
    /// </summary>
    /// <exception cref="ArgumentException">Too few clips to hold out any.</exception>
    public static ValidationSplit Carve(FeatureSet set, double share, DeterministicRandom random)
    {
        var held = new bool[set.Clips];
        foreach (var group in Enumerable.Range(0, set.Clips).GroupBy(clip => set.ClipLabels[clip]).OrderBy(group => group.Key))
        {
            var clips = group.ToArray();
            random.Shuffle<int>(clips);
            var count = Held(clips.Length, share);
            for (var i = 0; i < count; i++) held[clips[i]] = true;
        }
        var rows = Enumerable.Range(0, set.Rows).ToLookup(row => held[set.ClipOfRow[row]]);
        if (!rows[true].Any())
        {
            throw new ArgumentException(
                $"{set.Clips} training clips are too few to hold out {share:P0} of each class for choosing: give a validation set, more "
                    + "clips, or a grid of one point.");
        }
        return new ValidationSplit([.. rows[false]], [.. rows[true]]);
    }
}
