using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// A read-only dictionary by name that keeps the order of insertion (a <see cref="Dictionary{TKey, TValue}"/> doesn't promise it).
/// </summary>
internal sealed class OrderedNames<T> : IReadOnlyDictionary<string, T>
{
    private readonly Dictionary<string, T> _values = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public IEnumerable<string> Keys => _names;

    public IEnumerable<T> Values => _names.Select(name => _values[name]);

    public int Count => _names.Count;

    public T this[string key] => _values[key];

    /// <summary>Adds a value; false if the name is there already.</summary>
    public bool TryAdd(string name, T value)
    {
        if (!_values.TryAdd(name, value))
            return false;
        _names.Add(name);
        return true;
    }

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() =>
        _names.Select(name => KeyValuePair.Create(name, _values[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
