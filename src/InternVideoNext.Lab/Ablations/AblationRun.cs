using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>One row at one seed: its configuration with the data's classes, its start, and the hash it is found again by.</summary>
public sealed class AblationRun
{
    internal AblationRun(AblationRow row, ulong seed, AblationSettings settings, IAblationData data, AblationRun? start)
    {
        (Row, Seed, Start) = (row, seed, start);
        Config = Complete(row.Config(settings, seed), data, start);
        Config?.Validate();
        Hash = HashOf(row, seed, Config, data);
    }

    /// <summary>The row.</summary>
    public AblationRow Row { get; }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>The run it starts from; null where it starts from random weights.</summary>
    public AblationRun? Start { get; }

    /// <summary>The whole configuration; <c>start</c> is the start's <see cref="Name"/>. Null for rows that train nothing.</summary>
    public RunConfig? Config { get; }

    /// <summary>Of configuration, start, data, probes and <see cref="CodeVersion.Results"/>: equal hashes mean the same run.</summary>
    public string Hash { get; }

    /// <summary>The name of its folder.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Row.Id}-s{Seed}-{Hash[..8]}");

    /// <summary>
    /// What tells this run's frozen teacher, and the batches that it is asked about, from those of every other run; null where the
    /// run's teacher moves or it has none. Runs that have it in common can share what the teacher gave.
    /// </summary>
    internal string? FrozenTeacher => Config switch
    {
        Stage1Config { ReadsTeacher: true } config => Asked(config, "teacher"),
        Stage2Config { Teacher: LatentTeacher.Image } config => Asked(config, "teacher", "image_teacher"),
        Stage2Config { HasFrozenTeacher: true, Start: not null } config => Asked(config, "teacher", "start"),
        _ => null,
    };

    /// <summary>
    /// Whether the run can be read so: only encoders have tokens of places, and only models with a predictor an output of it.
    /// </summary>
    internal bool Has(AblationReadout readout) => Row.Kind switch
    {
        AblationKind.RawPixels or AblationKind.ImageTeacher =>
            readout.Space == FeatureSpace.Encoder && readout.Protocol.Reads != Probes.FeatureKind.Tokens,
        AblationKind.RandomEncoder => true,
        _ => readout.Space == FeatureSpace.Encoder || Config?.Model.Predictor is not null,
    };

    private static string Asked(RunConfig config, params IEnumerable<string> members)
    {
        var (node, training) = (JsonNode.Parse(ConfigJson.Write(config))!, config.Training);
        var parts = members.Append("data").Select(member => $"{member} {node[member]?.ToJsonString()}");
        var batches = string.Create(
            CultureInfo.InvariantCulture, $"{training.Precision}, seed {training.Seed}, {training.BatchSize} clips a batch");
        return string.Join('\n', parts.Append(batches));
    }

    private static RunConfig? Complete(RunConfig? config, IAblationData data, AblationRun? start) => config switch
    {
        Stage2Config stage2 => stage2 with { Start = start?.Name },
        SupervisedConfig supervised => supervised with { Model = supervised.Model with { Decoder = Heads(data) } },
        _ => config,
    };

    private static LabelHeadsConfig Heads(IAblationData data) =>
        new() { Classes = data.Labels.ToDictionary(l => l.Key, l => l.Value.Count) };

    // Where and how often a run is saved or measured changes nothing in it.
    private static readonly string[] Operational =
        ["checkpoint_every", "keep_checkpoints", "keep_every", "log_every", "health_every", "probe_every", "probe_clips"];

    private static string HashOf(AblationRow row, ulong seed, RunConfig? config, IAblationData data)
    {
        var text = JsonSerializer.Serialize(
            new { kind = row.Kind, seed, data = data.Fingerprint, code = CodeVersion.Results }, SnakeCaseJson.Indented);
        if (config is not null)
        {
            var node = JsonNode.Parse(ConfigJson.Write(config))!;
            foreach (var name in Operational) node["training"]!.AsObject().Remove(name);
            text += Essential(node)?.ToJsonString();
        }
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
    }

    // Without what is off, so that a member that a later version adds, off by default, leaves the hashes of older runs alone.
    private static JsonNode? Essential(JsonNode? node) => node switch
    {
        JsonObject members =>
            members.Select(m => KeyValuePair.Create(m.Key, Essential(m.Value))).Where(m => m.Value is not null)
            .ToList() is { Count: > 0 } kept
            ? new JsonObject(kept) : null,
        JsonArray list => new JsonArray([.. list.Select(item => item?.DeepClone())]),
        null => null,
        _ => node.ToJsonString() is "null" or "false" or "0" or "\"\"" ? null : node.DeepClone(),
    };
}
