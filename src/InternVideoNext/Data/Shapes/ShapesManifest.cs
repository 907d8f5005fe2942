using System.Globalization;
using System.Text.Json;

namespace InternVideoNext.Data.Shapes;

/// <summary>The manifest of a rendered world.</summary>
internal static class ShapesManifest
{
    public static string NameOf(ShapesSplit split) => JsonNamingPolicy.SnakeCaseLower.ConvertName(split.ToString());

    public static string PathOf(ShapesSplit split, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{NameOf(split)}/{index:D6}.mp4");

    public static Manifest Describe(ShapesRenderConfig config, ShapesWorld world, string root) => new()
    {
        Name = string.Create(
            CultureInfo.InvariantCulture, $"motion_shapes_{world.Config.Task.ToString().ToLowerInvariant()}_seed{world.Seed}"),
        Labels = world.Labels,
        Entries =
        [
            .. from run in ShapesRun.Cut(config)
               from index in Enumerable.Range(run.First, run.Count)
               select new ManifestEntry
               {
                   Id = string.Create(CultureInfo.InvariantCulture, $"{NameOf(run.Split)}-{index:D6}"),
                   Path = PathOf(run.Split, index),
                   Split = NameOf(run.Split),
                   Labels = ShapesWorld.LabelsOf(world.Clip(run.Split, index)),
               },
        ],
        Root = root,
    };
}
