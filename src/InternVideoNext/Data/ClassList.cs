using System.Security.Cryptography;
using System.Text;

namespace InternVideoNext.Data;

/// <summary>The identity of a list of class names: two label maps with the same hash number their classes alike.</summary>
public static class ClassList
{
    /// <summary>SHA-256 in lower-case hexadecimal of the names in order, joined by line feeds, in UTF-8.</summary>
    /// <exception cref="ArgumentException">The list is empty, or a name is empty, holds a line feed or occurs twice.</exception>
    public static string Hash(IReadOnlyList<string> classes)
    {
        if (classes.Count == 0) throw new ArgumentException("The class list is empty.", nameof(classes));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in classes)
        {
            if (name.Length == 0 || name.Contains('\n', StringComparison.Ordinal))
                throw new ArgumentException($"Class name '{name}' is empty or holds a line feed.", nameof(classes));
            if (!seen.Add(name)) throw new ArgumentException($"Class name '{name}' occurs twice.", nameof(classes));
        }
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', classes)))).ToLowerInvariant();
    }
}
