using System.Text.Json.Serialization;

namespace InternVideoNext.Data;

/// <summary>How the data folder's own files are written: snake_case, indented, and a mistyped member is an error.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(VideoIndexFile))]
internal sealed partial class DataJson : JsonSerializerContext;
