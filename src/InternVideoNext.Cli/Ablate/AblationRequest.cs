using System.Text.Json;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Ablate;

/// <summary>
/// What was asked for, as a file in the output folder: a worker reads it, and a later call with other values is refused nothing, it only
/// adds runs.
/// </summary>
internal sealed record AblationRequest
{
    private const string FileName = "ablation.json";

    public required AblationSettings Settings { get; init; }

    public required IReadOnlyList<string> Rows { get; init; }

    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>A labelled manifest; null: the embedded world.</summary>
    public string? Manifest { get; init; }

    public static AblationRequest Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return SnakeCaseJson.Read<AblationRequest>(File.ReadAllText(file), file);
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        AsideFile.Write(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, SnakeCaseJson.Indented));
    }

    public async Task<AblationPlan> PlanAsync(string folder, CancellationToken cancellation)
    {
        IAblationData data = Manifest is { } path
            ? new ManifestAblationData(
                Data.Manifest.Open(path), await FFMpegSetup.EnsureAsync(cancellation).ConfigureAwait(false), Path.Combine(folder, "index"))
            : ShapesAblationData.For(Settings.Preset);
        return AblationPlan.Make(Settings, data, [.. Rows.Select(AblationRows.Find)], Seeds);
    }
}
