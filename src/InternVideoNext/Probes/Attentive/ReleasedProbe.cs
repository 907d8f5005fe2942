using System.Globalization;
using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>The attentive probes that V-JEPA 2's authors released with their encoders, in Hugging Face's files.</summary>
internal static class ReleasedProbe
{
    private const string Anchor = "pooler.cross_attention_layer.cross_attn.q_proj.weight";
    private const string Label = "action";
    private const int AuthorsHeads = 16;

    /// <summary>Builds the probe of a file, strictly loaded; null if the file holds none.</summary>
    /// <param name="file">The file, encoder and probe together.</param>
    /// <param name="path">Where it is: a <c>config.json</c> beside it names the classes and the heads.</param>
    /// <exception cref="CheckpointMismatchException">Names or shapes do not fit; every one is listed.</exception>
    public static TrainedProbe? Find(ITensorSource file, string path)
    {
        if (!file.Entries.TryGetValue(Anchor, out var query) || !file.Entries.TryGetValue("classifier.bias", out var bias)) return null;
        var (width, classes) = ((int)query.Shape[0], (int)bias.Shape[0]);
        using var json = Config(path);
        var hidden = file.Entries.GetValueOrDefault("pooler.cross_attention_layer.mlp.fc1.bias")?.Shape[0] ?? 4 * width;
        using var generator = new Generator(0);
        var probe = new AttentiveProbeConfig
        {
            Width = width,
            Classes = classes,
            Heads = json is not null && json.RootElement.TryGetProperty("num_attention_heads", out var heads) ? heads.GetInt32()
                : AuthorsHeads,
            Blocks = 1 + file.Entries.Keys.Count(name => name.StartsWith("pooler.self_attention_layers.", StringComparison.Ordinal)
                && name.EndsWith(".layer_norm1.weight", StringComparison.Ordinal)),
            MlpRatio = (double)hidden / width,
            NormEps = 1e-6,
        }.Build(generator);
        try
        {
            StrictLoader.Load(probe, file, VJepa2ProbeNames.HuggingFace);
        }
        catch (CheckpointMismatchException)
        {
            probe.Dispose();
            throw;
        }

        var protocol = classes == 400 ? ProbeProtocols.VJepa2.Name : "vjepa2/ssv2";
        return new TrainedProbe(probe, protocol, Label, Names(json, classes));
    }

    private static JsonDocument? Config(string path)
    {
        var file = Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "", "config.json");
        try
        {
            return File.Exists(file) ? JsonDocument.Parse(File.ReadAllText(file)) : null;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static List<string> Names(JsonDocument? json, int classes)
    {
        var numbers = Enumerable.Range(0, classes).Select(i => i.ToString(CultureInfo.InvariantCulture));
        return json is not null && json.RootElement.TryGetProperty("id2label", out var labels) && labels.ValueKind == JsonValueKind.Object
            ? [.. numbers.Select(i => labels.TryGetProperty(i, out var name) ? name.GetString() ?? i : i)]
            : [.. numbers.Select(i => $"class {i}")];
    }
}
