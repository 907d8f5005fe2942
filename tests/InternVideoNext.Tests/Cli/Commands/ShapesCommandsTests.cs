using InternVideoNext.Data;
using InternVideoNext.Data.Shapes;

namespace InternVideoNext.Tests.Cli.Commands;

public sealed class ShapesCommandsTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"shapes-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task RenderShapes_Clips_WritesAManifestThatLoadsWithItsFiles()
    {
        var exitCode = await Run(
            "render-shapes", "--out", _folder, "--clips", "10", "--seed", "3", "--size", "32", "--frames", "4", "--fps",
            "8");
        Assert.Equal(0, exitCode);
        var manifest = Manifest.Load(Assert.Single(Directory.GetFiles(_folder, "*.json", SearchOption.AllDirectories)));
        Assert.Equal([7, 1, 2], Manifest.Splits.Select(split => manifest.Filter(split).Entries.Count));
        Assert.All(manifest.Entries, entry => Assert.True(File.Exists(manifest.PathOf(entry))));
    }

    [Theory]
    [InlineData("--clips", "0")]
    [InlineData("--size", "33")]
    public async Task RenderShapes_WrongValue_EndsWithUsageError(string option, string value)
    {
        string[] clips = option == "--clips" ? [] : ["--clips", "1"];
        Assert.Equal(2, await Run("render-shapes", ["--out", _folder, .. clips, option, value]));
    }

    [Fact]
    public async Task RenderShapes_WhereADataSetIs_Fails()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, ShapesRenderer.ManifestName), "{}");
        Assert.Equal(1, await Run("render-shapes", "--out", _folder, "--clips", "1"));
    }

    [Fact]
    public async Task TrainTeacher_OneStep_WritesATeacher()
    {
        var file = Path.Combine(_folder, "teacher.safetensors");
        Assert.Equal(0, await Run("train-teacher", "--out", file, "--steps", "1", "--batch", "2", "--width", "8"));
        using var teacher = ShapesTeacher.Load(file);
        Assert.Equal(8, teacher.Config.Width);
    }

    private static async Task<int> Run(string command, params string[] arguments) =>
        (await Ivnext.CallAsync(["data", command, .. arguments])).Code;
}
