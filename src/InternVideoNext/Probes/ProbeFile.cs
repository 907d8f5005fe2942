using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>
/// Trained probes as safetensors files: the weights under the probe's own names, and in the header's metadata its kind and
/// form, the protocol, the label, the class names and their hash. A probe cannot be used with a label map other than its own.
/// </summary>
public static class ProbeFile
{
    private const string KindKey = "probe.kind";
    private const string ConfigKey = "probe.config";
    private const string ProtocolKey = "probe.protocol";
    private const string LabelKey = "probe.label";
    private const string ClassesKey = "probe.classes";
    private const string HashKey = "probe.class_list_sha256";

    /// <summary>Writes a probe aside and renames it into place.</summary>
    /// <param name="path">The file; one of that name is replaced.</param>
    /// <param name="trained">The probe.</param>
    public static void Save(string path, TrainedProbe trained)
    {
        var metadata = new Dictionary<string, string>
        {
            [KindKey] = JsonSerializer.Serialize(trained.Probe.Kind, SnakeCaseJson.Line).Trim('"'),
            [ConfigKey] = ConfigText(trained.Probe),
            [ProtocolKey] = trained.Protocol,
            [LabelKey] = trained.Label,
            [ClassesKey] = JsonSerializer.Serialize(trained.Classes, SnakeCaseJson.Line),
            [HashKey] = trained.ClassListHash,
        };
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path, trained.Probe.state_dict().Select(pair => KeyValuePair.Create(pair.Key, pair.Value)), metadata);
    }

    /// <summary>Reads a probe and checks it against the label map that it is to be used with.</summary>
    /// <param name="path">The file.</param>
    /// <param name="manifest">Must have the probe's label with the same classes in the same order.</param>
    /// <exception cref="ArgumentException">The manifest has no such label, or another class list for it.</exception>
    /// <exception cref="InvalidDataException">As <see cref="Load(string)"/>.</exception>
    public static TrainedProbe Load(string path, Manifest manifest)
    {
        var trained = Load(path);
        try
        {
            if (!manifest.Labels.TryGetValue(trained.Label, out var classes))
            {
                throw new ArgumentException(
                    $"{path}: the probe reads label '{trained.Label}', which manifest '{manifest.Name}' lacks; it has "
                        + $"{string.Join(", ", manifest.Labels.Keys.Order(StringComparer.Ordinal))}.", nameof(manifest));
            }
            trained.CheckClasses(classes);
            return trained;
        }
        catch (ArgumentException)
        {
            trained.Dispose();
            throw;
        }
    }

    /// <summary>Reads a probe, ours or one that V-JEPA 2's authors released. Prefer the overload that checks the label map.</summary>
    /// <param name="path">The file; a released one may have its <c>config.json</c> beside it, which names the classes.</param>
    /// <exception cref="InvalidDataException">
    /// The file is no probe file, its class list was changed, or a tensor is missing, unexpected or of another shape.
    /// </exception>
    /// <exception cref="SafetensorsException">The file breaks the format.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static TrainedProbe Load(string path)
    {
        using var file = TensorFile.Open(path);
        if (!file.Metadata.ContainsKey(KindKey) && ReleasedProbe.Find(file, path) is { } released) return released;
        var classes = Parse(path, ClassesKey, file, SnakeCaseJson.Parse<IReadOnlyList<string>>);
        var hash = Field(path, HashKey, file);
        if (ClassList.Hash(classes) != hash)
            throw new InvalidDataException(
                $"{path}: {ClassesKey} has SHA-256 {ClassList.Hash(classes)}, but {HashKey} says {hash}: the class names were changed "
                + "after training. Save the probe again from its training run.");
        var probe = BuildProbe(path, file);
        if (probe.Classes != classes.Count)
            throw new InvalidDataException($"{path}: {ConfigKey} has {probe.Classes} classes, but {ClassesKey} lists {classes.Count}.");
        Fill(path, probe, file);
        return new TrainedProbe(probe, Field(path, ProtocolKey, file), Field(path, LabelKey, file), classes);
    }

    private static string ConfigText(Probe probe) => probe switch
    {
        LinearProbe linear => JsonSerializer.Serialize(linear.Config, SnakeCaseJson.Line),
        AttentiveProbe attentive => JsonSerializer.Serialize(attentive.Config, SnakeCaseJson.Line),
        _ => throw new ArgumentException($"A {probe.GetType().Name} has no file format.", nameof(probe)),
    };

    private static Probe BuildProbe(string path, ITensorSource file)
    {
        var kind = Field(path, KindKey, file);
        return kind switch
        {
            "linear" => Parse(path, ConfigKey, file, text => SnakeCaseJson.Parse<LinearProbeConfig>(text).Build()),
            "attentive" => Parse(path, ConfigKey, file, text => new AttentiveProbe(SnakeCaseJson.Parse<AttentiveProbeConfig>(text))),
            _ => throw new InvalidDataException($"{path}: {KindKey} is '{kind}', must be linear or attentive."),
        };
    }

    private static void Fill(string path, Probe probe, ITensorSource file)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var state = probe.state_dict();
        var faults = state.Keys.Except(file.Entries.Keys).Select(name => $"'{name}' is missing")
            .Concat(file.Entries.Keys.Except(state.Keys).Select(name => $"'{name}' is unexpected"))
            .Concat(state.Where(pair => file.Entries.TryGetValue(pair.Key, out var entry) && !entry.Shape.SequenceEqual(pair.Value.shape))
                .Select(pair =>
                    $"'{pair.Key}' is [{string.Join(", ", file.Entries[pair.Key].Shape)}] instead of "
                    + $"[{string.Join(", ", pair.Value.shape)}]"))
            .ToArray();
        if (faults.Length > 0) throw new InvalidDataException($"{path}: the tensors don't fit {ConfigKey}: {string.Join("; ", faults)}.");
        foreach (var (name, value) in state) value.copy_(file.Read(name));
    }

    private static string Field(string path, string key, ITensorSource file) =>
        file.Metadata.TryGetValue(key, out var text) ? text
            : throw new InvalidDataException($"{path}: the header has no '{key}': this is not a probe file.");

    private static T Parse<T>(string path, string key, ITensorSource file, Func<string, T> parse)
    {
        try
        {
            return parse(Field(path, key, file));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: '{key}' in the header can't be read: {error.Message}", error);
        }
    }
}
