using System.Security.Cryptography;
using System.Text;

namespace InternVideoNext.Data;

/// <summary>Tells whether two manifests hold the same clips in the same order, wherever their files lie.</summary>
internal static class ManifestFingerprint
{
    /// <summary>A hash over every entry's path, id and labels, in order of entry.</summary>
    public static string Of(Manifest manifest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in manifest.Entries)
        {
            Add(hash, entry.Path);
            Add(hash, entry.Id);
            if (entry.Segment is { } segment) Add(hash, segment.ToString());
            foreach (var (name, label) in entry.Labels.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                Add(hash, name);
                hash.AppendData(BitConverter.GetBytes(label));
            }
            hash.AppendData(BitConverter.GetBytes(-1)); // no text is so long: here the entry ends
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    // With its length, so that what stands in one text cannot be taken for two.
    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
