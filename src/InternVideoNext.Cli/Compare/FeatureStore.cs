using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Compare;

/// <summary>Features of clips on disk, one file for each hash of what they are made of.</summary>
/// <param name="folder">Where; made when first written to.</param>
internal sealed class FeatureStore(string folder)
{
    private const string IdsKey = "clip_ids";
    private const string ExpectedKey = "expected";
    private const string OriginKey = "origin";

    /// <summary>The features of a hash, or those that are made now and kept.</summary>
    /// <param name="parts">Everything they depend on.</param>
    /// <param name="make">Makes them.</param>
    public async Task<FeatureSet> GetAsync(IEnumerable<string> parts, Func<Task<FeatureSet>> make)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)))).ToLowerInvariant();
        var path = Path.Combine(folder, hash + ".safetensors");
        if (File.Exists(path)) return Read(path);
        var set = await make().ConfigureAwait(false);
        Directory.CreateDirectory(folder);
        using var labels = tensor(set.Labels.Select(label => (long)label).ToArray());
        SafetensorsWriter.Write(
            path,
            new Dictionary<string, Tensor> { ["features"] = set.Features, ["labels"] = labels },
            new Dictionary<string, string>
            {
                [IdsKey] = JsonSerializer.Serialize(set.ClipIds, SnakeCaseJson.Line),
                [ExpectedKey] = set.Expected.ToString(CultureInfo.InvariantCulture),
                [OriginKey] = set.Origin.ToString(),
            });
        return set;
    }

    private static FeatureSet Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        using var labels = file.Read("labels");
        return new FeatureSet(
            file.Read("features"), [.. labels.data<long>().ToArray().Select(label => (int)label)],
            SnakeCaseJson.Parse<IReadOnlyList<string>>(file.Metadata[IdsKey]),
            int.Parse(file.Metadata[ExpectedKey], CultureInfo.InvariantCulture), Enum.Parse<FeatureOrigin>(file.Metadata[OriginKey]));
    }
}
