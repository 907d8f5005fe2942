using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace InternVideoNext.Foundation;

/// <summary>On an abstract configuration: the member of its JSON that names the kind.</summary>
/// <param name="discriminator"><c>kind</c>, or <c>stage</c>.</param>
/// <param name="members">What the members are called that hold such a configuration; none for a whole run's.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class KindNamedByAttribute(string discriminator, params string[] members) : Attribute
{
    /// <summary>Names of the members that hold such a configuration.</summary>
    public IReadOnlyList<string> Members => members;

    /// <summary>The member's name.</summary>
    public string Discriminator => discriminator;
}

/// <summary>
/// On a configuration of this library: the name of its kind in JSON. Others' kinds are named by <see cref="ConfigKinds.Register{T}"/>.
/// </summary>
/// <param name="name">snake_case.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class KindAttribute(string name) : Attribute
{
    public string Name => name;
}

/// <summary>
/// The kinds of every part of a configuration, by the names that stand in its JSON: predictors, pixel decoders, masking policies, image
/// teachers, stages. A kind registered here trains, resumes, is probed and described like the library's own.
/// </summary>
/// <example><code>ConfigKinds.Register&lt;MyPredictorConfig&gt;("mine");</code></example>
public static class ConfigKinds
{
    private sealed record Entry(Type Base, string Name, Type Kind, bool IsOwn);

    private static readonly object Changing = new();
    private static volatile IReadOnlyList<Entry> _entries = [.. Own()];

    /// <summary>
    /// Makes a kind known under a name, for the rest of the process. Where the name is taken by an earlier version of the same type (a
    /// notebook's cell that was run again), the new one takes its place.
    /// </summary>
    /// <typeparam name="T">
    /// A record that derives from one of the library's abstract configurations, e.g. <see cref="Models.PredictorConfig"/>.
    /// </typeparam>
    /// <param name="name">snake_case; new among its kind's siblings.</param>
    /// <exception cref="ArgumentException">
    /// The type is abstract or derives from none of them, or the name is no snake_case or another type's.
    /// </exception>
    public static void Register<T>(string name) => Register(typeof(T), name);

    internal static void Register(Type kind, string name)
    {
        if (BaseOf(kind) is not { } family || kind.IsAbstract)
            throw new ArgumentException(
                $"{kind.Name} is {(kind.IsAbstract ? "abstract" : "no kind of configuration")}; derive a record from one of "
                + $"{string.Join(", ", _entries.Select(e => e.Base.Name).Distinct())}", nameof(kind));
        if (name.Length == 0 || name.Any(c => c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')))
            throw new ArgumentException($"'{name}' is no name of a kind; use lower-case letters, digits and underscores", nameof(name));
        lock (Changing)
        {
            var taken = _entries.FirstOrDefault(e => e.Base == family && e.Name == name);
            if (taken?.Kind == kind) return;
            if (taken is not null && (taken.IsOwn || taken.Kind.Name != kind.Name))
                throw new ArgumentException(
                    $"the kind '{name}' of {family.Name} is {taken.Kind.Name} already; choose another name", nameof(name));
            _entries = [.. _entries.Where(e => e != taken && e.Kind != kind), new Entry(family, name, kind, IsOwn: false)];
        }
    }

    /// <summary>The names that a part of the configuration can have.</summary>
    /// <param name="part">An abstract configuration, e.g. <see cref="Models.PredictorConfig"/>.</param>
    public static IReadOnlyList<string> NamesOf(Type part) => [.. KindsOf(part).Select(kind => kind.Name)];

    /// <summary>Options that read and write every kind known by now.</summary>
    /// <param name="template">Everything else.</param>
    internal static Func<JsonSerializerOptions> Options(JsonSerializerOptions template)
    {
        var current = (Entries: (IReadOnlyList<Entry>?)null, Options: template);
        var making = new object();
        return () =>
        {
            lock (making)
            {
                // Options are frozen by their first use.
                if (current.Entries != _entries)
                    current = (_entries, new(template) { TypeInfoResolver = template.TypeInfoResolver!.WithAddedModifier(AddKinds) });
                return current.Options;
            }
        };
    }

    /// <summary>What to say of a kind that nobody registered, found in a file.</summary>
    /// <param name="name">The kind.</param>
    /// <param name="member">Where it stands, e.g. <c>model.predictor</c>.</param>
    internal static string Unknown(string name, string member)
    {
        var last = member.Split('.')[^1];
        var parts = _entries.SelectMany(e => PartsOf(e.Kind)).Distinct().ToList();
        var known = parts.Find(part => MembersOf(part).Contains(last)) ?? parts.Find(part => MembersOf(part).Count == 0)!;
        return $"'{name}' is not registered here; known: {string.Join(", ", NamesOf(known))}. A kind of one's own is registered before, "
            + $"by ConfigKinds.Register<ItsConfig>(\"{name}\")";
    }

    private static IEnumerable<Entry> Own() =>
        from type in typeof(ConfigKinds).Assembly.GetTypes()
        let kind = type.GetCustomAttribute<KindAttribute>()
        where kind is not null
        select new Entry(BaseOf(type)!, kind.Name, type, IsOwn: true);

    // The most general one: PixelDecoderConfig is a DecoderConfig.
    private static Type? BaseOf(Type type) => PartsOf(type).LastOrDefault();

    // Every abstract configuration that a kind derives from.
    private static IEnumerable<Type> PartsOf(Type kind)
    {
        for (var t = kind.BaseType; t is not null; t = t.BaseType)
            if (t.IsDefined(typeof(KindNamedByAttribute), inherit: false)) yield return t;
    }

    private static IReadOnlyList<string> MembersOf(Type part) => part.GetCustomAttribute<KindNamedByAttribute>(inherit: false)!.Members;

    private static IEnumerable<Entry> KindsOf(Type part) => _entries.Where(e => part.IsAssignableFrom(e.Kind));

    private static void AddKinds(JsonTypeInfo info)
    {
        if (BaseOf(info.Type) is not null) LeaveOutWhatIsComputed(info);
        if (info.Type.GetCustomAttribute<KindNamedByAttribute>(inherit: false) is not { } named) return;
        info.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = named.Discriminator };
        foreach (var entry in KindsOf(info.Type)) info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(entry.Kind, entry.Name));
    }

    // What a kind computes from its values (its width, its layers) is no value of it, also where its author did not say so.
    private static void LeaveOutWhatIsComputed(JsonTypeInfo info)
    {
        for (var i = info.Properties.Count - 1; i >= 0; i--)
            if (info.Properties[i].Set is null) info.Properties.RemoveAt(i);
    }
}
