using System.Text.Json;

namespace InternVideoNext.Data.Import;

/// <summary>COIN: <c>database</c> maps each video's id to its <c>class</c>, <c>subset</c> (training or testing) and more.</summary>
internal static class CoinJson
{
    public static IEnumerable<AnnotationRow> Read(string file)
    {
        using var json = AnnotationText.Json(file);
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("database", out var database)
            || database.ValueKind != JsonValueKind.Object)
            throw new ManifestException($"'{file}': it has no object 'database'.");
        foreach (var video in database.EnumerateObject())
        {
            var place = $"database entry '{video.Name}'";
            var subset = AnnotationText.Text(file, place, video.Value, "subset");
            yield return new AnnotationRow(place, video.Name)
            {
                Class = AnnotationText.Text(file, place, video.Value, "class"),
                ClassIndex = video.Value.TryGetProperty("recipe_type", out var number) && number.ValueKind == JsonValueKind.Number
                    && number.TryGetInt32(out var value) ? value : null,
                Split = subset switch
                {
                    "training" => "train",
                    "testing" => "test",
                    "validation" => "validation",
                    _ => throw new ManifestException($"'{file}' {place}: subset '{subset}' is unknown; it may be training or testing."),
                },
            };
        }
    }
}
