using System.Text.Json;
using InternVideoNext.Checkpoints;
using InternVideoNext.Cli.Commands;
using InternVideoNext.Cli.Features;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using Parquet.Serialization;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Cli.Commands;

[Collection(ShapesVideosGroup.Name)]
public sealed class FeaturesCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ShapesVideos _videos;

    public FeaturesCommandTests(ShapesVideos videos)
    {
        _videos = videos;
        var run = Presets.Stage1("tiny");
        using var weights = StepGenerators.ForWeights(1);
        using var model = run.Model.Build(weights);
        ModelCheckpoint.Save(_folder["model.safetensors"], model, run);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Features_Manifest_HasARowAVideoThatIsTheSingleOnes()
    {
        await Run("--data", _videos.Manifest, "--out", _folder["all.safetensors"]);
        var manifest = Manifest.Load(_videos.Manifest);
        using var all = SafetensorsFile.Open(_folder["all.safetensors"]);
        Assert.Equal(manifest.Entries.Select(e => e.Id), JsonSerializer.Deserialize<string[]>(all.Metadata["ids"])!);
        using var scope = NewDisposeScope();
        var (pooled, mean) = (all.Read("pooled"), all.Read("mean"));
        Assert.Equal([0L, 1, 2, 3, 4, 5], all.Read("video").data<long>().ToArray());
        Assert.All(all.Read("start").data<double>().ToArray(), start => Assert.Equal(0, start));
        Assert.All(all.Read("end").data<double>().ToArray(), end => Assert.Equal(2, end, 6));
        Assert.False(Directory.Exists(_folder["all.safetensors.parts"]));
        for (var i = 0; i < manifest.Entries.Count; i += 5)
        {
            await Run("--video", manifest.PathOf(manifest.Entries[i]), "--out", _folder["one.safetensors"]);
            using var one = SafetensorsFile.Open(_folder["one.safetensors"]);
            Assert.True(one.Read("pooled").allclose(pooled[i], 1e-4, 1e-5));
            Assert.True(one.Read("tokens").mean([0]).allclose(mean[i], 1e-4, 1e-5));
        }
    }

    [Fact]
    public async Task Features_SlidingWindows_AreTheSameInParquet()
    {
        string[] windows = ["--data", Path.GetDirectoryName(_videos.Manifest)!, "--window", "1", "--stride", "0.5", "--batch", "2"];
        await Run([.. windows, "--out", _folder["w.safetensors"]]);
        await Run([.. windows, "--out", _folder["w.parquet"]]);
        using var tensors = SafetensorsFile.Open(_folder["w.safetensors"]);
        using var scope = NewDisposeScope();
        var (pooled, mean) = (tensors.Read("pooled"), tensors.Read("mean"));
        Assert.Equal(6 * 3, pooled.size(0)); // 0, 0.5 and 1 s of each two seconds
        var all = (await ParquetSerializer.DeserializeAsync<FeatureRow>(_folder["w.parquet"])).Data;
        Assert.Equal(18, all.Count);
        Assert.Equal([0, 0.5, 1], all.Take(3).Select(row => row.Start));
        Assert.Equal([1, 1.5, 2], all.Take(3).Select(row => row.End));
        for (var i = 0; i < all.Count; i += 7)
        {
            Assert.Equal(pooled[i].data<float>().ToArray(), all[i].Pooled);
            Assert.Equal(mean[i].data<float>().ToArray(), all[i].Mean);
        }
        Assert.Equal(6, all.Select(row => row.Id).Distinct().Count());
    }

    [Fact]
    public async Task Features_Interrupted_GoesOnAndRefusesOtherSettings()
    {
        var folder = Path.GetDirectoryName(_videos.Manifest)!;
        await Run("--data", folder, "--out", _folder["whole.safetensors"]);
        // As an interruption leaves it: some parts, made by the same command.
        var kept = new FeatureParts(
            _folder["r.safetensors"], Manifest.Open(folder), FeaturesCommand.Settings(_folder["model.safetensors"], sliding: null));
        kept.Open();
        using (var marked = new FeatureRows(ones(1, Width("pooled")), ones(1, Width("mean")), [7], [8])) kept.Write(2, marked);
        var (code, _, error) = await Call("--data", folder, "--window", "1", "--out", _folder["r.safetensors"]);
        Assert.Equal(2, code);
        Assert.Contains("made otherwise", error, StringComparison.Ordinal);

        await Run("--data", folder, "--out", _folder["r.safetensors"]);
        using var scope = NewDisposeScope();
        using var result = SafetensorsFile.Open(_folder["r.safetensors"]);
        using var whole = SafetensorsFile.Open(_folder["whole.safetensors"]);
        Assert.Equal([0, 0, 7, 0, 0, 0], result.Read("start").data<double>().ToArray()); // what was there is not computed again
        Assert.True(result.Read("pooled")[3].Equals(whole.Read("pooled")[3]));
        Assert.False(Directory.Exists(_folder["r.safetensors.parts"]));

        long Width(string name)
        {
            using var file = SafetensorsFile.Open(_folder["whole.safetensors"]);
            return file.Entries[name].Shape[^1];
        }
    }

    [Fact]
    public async Task Features_ListWithABrokenFile_LeavesItOut()
    {
        var first = Manifest.Load(_videos.Manifest).Entries[0];
        await File.WriteAllTextAsync(_folder["broken.mp4"], "this is no video");
        await File.WriteAllTextAsync(
            _folder["list.txt"], $"# two\n{Path.Combine(Path.GetDirectoryName(_videos.Manifest)!, first.Path)}\n\nbroken.mp4\n");
        await Run("--data", _folder["list.txt"], "--out", _folder["l.safetensors"]);
        using var file = SafetensorsFile.Open(_folder["l.safetensors"]);
        Assert.Equal(1, file.Entries["pooled"].Shape[0]);
        await File.AppendAllTextAsync(_folder["list.txt"], "absent.mp4\n");
        var (code, _, error) = await Call("--data", _folder["list.txt"], "--out", _folder["l.safetensors"]);
        Assert.Equal(2, code);
        Assert.Contains("list.txt, line 5: there is no file 'absent.mp4'", error, StringComparison.Ordinal);
    }

    private async Task Run(params string[] arguments)
    {
        var (code, _, error) = await Call(arguments);
        Assert.Equal((0, ""), (code, error));
    }

    private Task<(int Code, string Output, string Error)> Call(params string[] arguments) =>
        Ivnext.CallAsync(["features", "--checkpoint", _folder["model.safetensors"], .. arguments]);
}
