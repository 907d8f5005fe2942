using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using Parquet;
using Parquet.Serialization;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Features;

/// <summary>Features of many videos as one file, in the form that its name asks for.</summary>
internal static class FeatureFile
{
    private const string ParquetEnding = ".parquet", Safetensors = ".safetensors";
    private const int RowsAGroup = 4096;

    /// <exception cref="ConfigurationException">The name asks for neither form.</exception>
    public static void RequireName(string path)
    {
        if (Path.GetExtension(path) is not (ParquetEnding or Safetensors))
            throw new ConfigurationException($"--out {path}: its name must end in {Safetensors} or {ParquetEnding}");
    }

    /// <summary>Joins the parts.</summary>
    /// <returns>The rows written.</returns>
    public static async Task<int> WriteAsync(string path, Manifest manifest, FeatureParts parts, CancellationToken cancellation) =>
        Path.GetExtension(path) == ParquetEnding ? await WriteParquetAsync(path, manifest, parts, cancellation).ConfigureAwait(false)
            : WriteSafetensors(path, manifest, parts);

    // Rows are joined by a number: the ids, which may be any text, are in the metadata.
    private static int WriteSafetensors(string path, Manifest manifest, FeatureParts parts)
    {
        using var scope = NewDisposeScope();
        var all = parts.Read().ToList();
        try
        {
            var clips = all.SelectMany((part, i) => Enumerable.Repeat((long)i, part.Rows.Start.Count)).ToArray();
            SafetensorsWriter.Write(
                path,
                new Dictionary<string, Tensor>
                {
                    ["pooled"] = cat([.. all.Select(part => part.Rows.Pooled)]),
                    ["mean"] = cat([.. all.Select(part => part.Rows.Mean)]),
                    ["start"] = tensor(all.SelectMany(part => part.Rows.Start).ToArray()),
                    ["end"] = tensor(all.SelectMany(part => part.Rows.End).ToArray()),
                    ["video"] = tensor(clips),
                },
                new Dictionary<string, string> { ["ids"] = JsonSerializer.Serialize(all.Select(part => manifest.Entries[part.Entry].Id)) });
            return clips.Length;
        }
        finally
        {
            foreach (var (_, rows) in all) rows.Dispose();
        }
    }

    private static async Task<int> WriteParquetAsync(string path, Manifest manifest, FeatureParts parts, CancellationToken cancellation)
    {
        var aside = $"{path}.{Path.GetRandomFileName()}.tmp";
        var rows = 0;
        try
        {
            await using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
                foreach (var group in parts.Read().SelectMany(part => Rows(manifest.Entries[part.Entry], part.Rows)).Chunk(RowsAGroup))
                {
                    await ParquetSerializer.SerializeAsync(
                        group, stream, new ParquetOptions { Append = rows > 0 }, cancellationToken: cancellation).ConfigureAwait(false);
                    rows += group.Length;
                }
            File.Move(aside, path, overwrite: true);
            return rows;
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private static IEnumerable<FeatureRow> Rows(ManifestEntry entry, FeatureRows features)
    {
        using (features)
            for (var i = 0; i < features.Start.Count; i++)
                yield return new FeatureRow
                {
                    Id = entry.Id,
                    Path = entry.Path,
                    Start = features.Start[i],
                    End = features.End[i],
                    Pooled = Values(features.Pooled, i),
                    Mean = Values(features.Mean, i),
                };
    }

    private static List<float> Values(Tensor rows, int row)
    {
        using var one = rows[row];
        return [.. one.data<float>()];
    }
}
