using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

public sealed class ManifestFingerprintTests
{
    private static readonly Manifest Two = new()
    {
        Name = "two",
        Entries =
        [
            new ManifestEntry { Id = "a", Path = "a.mp4", Labels = new Dictionary<string, int> { ["action"] = 0, ["place"] = 1 } },
            new ManifestEntry { Id = "b", Path = "b.mp4", Labels = new Dictionary<string, int> { ["action"] = 1 } },
        ],
    };

    [Fact]
    public void Of_SameClipsElsewhere_IsTheSame()
    {
        var labels = new Dictionary<string, int> { ["place"] = 1, ["action"] = 0 };
        var moved = Two with { Name = "moved", Root = "/elsewhere", Entries = [Two.Entries[0] with { Labels = labels }, Two.Entries[1]] };
        Assert.Equal(ManifestFingerprint.Of(Two), ManifestFingerprint.Of(moved));
    }

    [Fact]
    public void Of_AnotherOrderPathIdOrLabel_IsAnother()
    {
        var (a, b) = (Two.Entries[0], Two.Entries[1]);
        Manifest[] others =
        [
            Two with { Entries = [b, a] },
            Two with { Entries = [a] },
            Two with { Entries = [a with { Path = "c.mp4" }, b] },
            Two with { Entries = [a with { Id = "c" }, b] },
            Two with { Entries = [a with { Id = "a.mp4", Path = "a" }, b] },
            Two with { Entries = [a, b with { Labels = new Dictionary<string, int> { ["action"] = 0 } }] },
            Two with { Entries = [a, b with { Labels = new Dictionary<string, int> { ["place"] = 1 } }] },
            Two with { Entries = [a with { Labels = b.Labels }, b with { Labels = a.Labels }] },
        ];
        Assert.Equal(others.Length + 1, others.Append(Two).Select(ManifestFingerprint.Of).Distinct().Count());
    }
}
