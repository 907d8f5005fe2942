using System.Globalization;
using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Data.Shapes;

/// <summary>The teacher's file: safetensors with the tower under the names of SigLIP2, <c>heads.*</c>, and metadata.</summary>
internal static class ShapesTeacherFile
{
    private const string ConfigKey = "config";
    private const string AccuracyKey = "accuracy";
    private const string TowerPrefix = "vision_model.";
    private const string HeadPrefix = "heads.";

    private static readonly KeyMap TowerMap = SiglipVision.Map.With(
        "MotionShapes teacher", KeyRule.Ignore(HeadPrefix + "{rest}", "the heads, which are loaded beside the tower"));

    private static readonly KeyMap HeadMap = new(
        "MotionShapes teacher's heads",
        [KeyRule.Map(HeadPrefix + "{rest}", "{rest}"),
            KeyRule.Ignore(TowerPrefix + "{rest}", "the tower, which is loaded beside the heads")]);

    public static void Save(ShapesTeacher teacher, string path, ShapesTeacherTraining training, ulong seed)
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            [ConfigKey] = JsonSerializer.Serialize(teacher.Config, SnakeCaseJson.Line),
            ["training"] = JsonSerializer.Serialize(training, SnakeCaseJson.Line),
            ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
        };
        if (teacher.Accuracy is { } accuracy) metadata[AccuracyKey] = JsonSerializer.Serialize(accuracy, SnakeCaseJson.Line);
        var items = teacher.Tower.state_dict().Select(pair => SafetensorsItem.Of(TowerPrefix + pair.Key, pair.Value, float16))
            .Concat(teacher.Heads.state_dict().Select(pair => SafetensorsItem.Of(HeadPrefix + pair.Key, pair.Value, float16)));
        SafetensorsWriter.Write(path, items, metadata);
    }

    public static ShapesTeacher Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        var config = Describe<SiglipConfig>(file, ConfigKey)
            ?? throw new SafetensorsException(
                path, null, $"it has no '{ConfigKey}' in its metadata; a teacher is written by 'data train-teacher'.");
        using var generator = new Generator(0, CPU);
        var tower = config.Build(generator);
        var heads = Layers.Linear(config.Width, ShapesTeacher.HeadOutputs, bias: true, std: 0, generator);
        StrictLoader.Load(tower, file, TowerMap);
        StrictLoader.Load(heads, file, HeadMap);
        return new ShapesTeacher(tower, heads, Describe<ShapesTeacherAccuracy>(file, AccuracyKey));
    }

    // A memory map needs a file.
    public static ShapesTeacher LoadEmbedded()
    {
        var folder = Directory.CreateTempSubdirectory("ivnext-");
        try
        {
            var path = Path.Combine(folder.FullName, ShapesTeacher.EmbeddedName);
            using (var resource = typeof(ShapesTeacher).Assembly.GetManifestResourceStream(ShapesTeacher.EmbeddedName)
                ?? throw new InvalidOperationException($"This build of the package lacks its resource {ShapesTeacher.EmbeddedName}."))
            using (var copy = File.Create(path))
                resource.CopyTo(copy);
            return Load(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static T? Describe<T>(SafetensorsFile file, string key)
        where T : class
    {
        if (!file.Metadata.TryGetValue(key, out var text)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(text, SnakeCaseJson.Line);
        }
        catch (JsonException error)
        {
            throw new SafetensorsException(file.Path, null, $"its '{key}' is not readable: {error.Message}", error);
        }
    }
}
