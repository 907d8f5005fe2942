using System.Text.Json.Serialization;

namespace InternVideoNext.Cli.Features;

/// <summary>One row of a Parquet file of features, whose columns have the JSON names.</summary>
internal sealed class FeatureRow
{
    [JsonPropertyName("id")]
    public string Id { get; set; } = "";

    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    [JsonPropertyName("start")]
    public double Start { get; set; }

    [JsonPropertyName("end")]
    public double End { get; set; }

    [JsonPropertyName("pooled")]
    public List<float> Pooled { get; set; } = [];

    [JsonPropertyName("mean")]
    public List<float> Mean { get; set; } = [];
}
