using System.Text.Json.Serialization;

namespace InternVideoNext.Probes;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ProbeResult))]
[JsonSerializable(typeof(ProbeProtocol))]
[JsonSerializable(typeof(IReadOnlyList<ProbeProtocol>))]
[JsonSerializable(typeof(LinearProbeConfig))]
[JsonSerializable(typeof(AttentiveProbeConfig))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class ProbeJson : JsonSerializerContext;
