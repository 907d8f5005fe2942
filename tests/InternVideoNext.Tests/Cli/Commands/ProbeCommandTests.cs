using InternVideoNext.Checkpoints;
using InternVideoNext.Data;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Checkpoints;

namespace InternVideoNext.Tests.Cli.Commands;

public sealed class ProbeCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder["data"], ShapesRenderer.ManifestName);

    public async Task InitializeAsync()
    {
        var config = new ShapesRenderConfig { Train = 24, Test = 8, Frames = 4, FramesPerSecond = 4 };
        await config.Build(new ShapesWorldConfig().Build(1), 2).RenderAsync(_folder["data"], progress: null, CancellationToken.None);
        var run = Presets.Stage1("tiny");
        using var weights = StepGenerators.ForWeights(1);
        using var model = run.Model.Build(weights);
        ModelCheckpoint.Save(_folder["model.safetensors"], model, run);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Probe_SavedAndApplied_NamesTheClassesOfEveryClip()
    {
        var (probe, answers) = (_folder["appearance.safetensors"], _folder["answers.csv"]);
        Assert.Equal(
            0, await Run("linear", "--checkpoint", _folder["model.safetensors"], "--data", Data, "--label", "appearance", "--save", probe));
        using var trained = ProbeFile.Load(probe, Manifest.Load(Data));
        Assert.Equal(("mini", "appearance", 16), (trained.Protocol, trained.Label, trained.Classes.Count));

        Assert.Equal(0, await Run(
            "apply", "--probe", probe, "--checkpoint", _folder["model.safetensors"], "--videos", Data, "--split", "test", "--out",
                answers));
        var lines = (await File.ReadAllLinesAsync(answers)).Select(line => line.Split(',')).ToList();
        Assert.Equal(trained.Classes.Prepend("clip"), lines[0]);
        Assert.Equal(Manifest.Load(Data).Filter("test").Entries.Select(e => e.Id), lines.Skip(1).Select(line => line[0]));
        Assert.All(lines.Skip(1), line => Assert.Equal(
            1, line.Skip(1).Sum(p => double.Parse(p, System.Globalization.CultureInfo.InvariantCulture)), 0.001));
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("attentive")]
    public async Task Probe_EncoderOfAnotherSystem_IsProbedLikeOurs(string kind)
    {
        var encoder = PeerFiles.Write(_folder, "videomae_hf");
        Assert.Equal(0, await Run(kind, "--checkpoint", encoder, "--data", Data, "--label", "appearance", "--out", _folder["result.json"]));
        Assert.Contains("\"test_used\": 8", await File.ReadAllTextAsync(_folder["result.json"]), StringComparison.Ordinal);
        var video = Manifest.Load(Data) is var manifest ? manifest.PathOf(manifest.Entries[0]) : "";
        var (code, _, error) = await Ivnext.CallAsync(
            ["features", "--checkpoint", encoder, "--video", video, "--out", _folder["features.safetensors"]]);
        Assert.True(code == 0, error);
        using var features = SafetensorsFile.Open(_folder["features.safetensors"]);
        Assert.Equal("tokens F32[128, 32]", Assert.Single(features.Entries.Values.Select(entry => $"{entry.Name} {entry.Description}")));
    }

    [Fact]
    public async Task Probe_ProtocolThatGoesOnFromAnother_SaysSoBeforeAnyClipIsRead()
    {
        var (code, _, error) = await Call(
            "attentive", "--checkpoint", "no.safetensors", "--data", Data, "--label", "appearance", "--protocol",
                "internvideo2-attentive/k400");
        Assert.NotEqual(0, code);
        Assert.Contains("--protocol internvideo2-attentive/k710 --save FILE", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_ProbeOfAnotherEncoder_SaysWhichWidths()
    {
        var probe = _folder["other.safetensors"];
        var classes = new[] { "a", "b" };
        using (var trained = new TrainedProbe(new LinearProbeConfig { Width = 7, Classes = 2 }.Build(), "mini", "appearance", classes))
            ProbeFile.Save(probe, trained);
        var (code, _, error) = await Call("apply", "--probe", probe, "--checkpoint", _folder["model.safetensors"], "--videos", Data);
        Assert.NotEqual(0, code);
        Assert.Contains("7 wide, but the encoder's are 32", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_LabelledManifest_ShowsTheClipsThatWereGotWrong()
    {
        var (probe, page) = (_folder["appearance.safetensors"], _folder["wrong.html"]);
        Assert.Equal(
            0, await Run("linear", "--checkpoint", _folder["model.safetensors"], "--data", Data, "--label", "appearance", "--save", probe));
        Assert.Equal(0, await Run(
            "apply", "--probe", probe, "--checkpoint", _folder["model.safetensors"], "--data", Data, "--split", "test", "--wrong", page));
        var text = await File.ReadAllTextAsync(page);
        var wrong = int.Parse(
            System.Text.RegularExpressions.Regex.Match(text, @"appearance: (\d+) of 8 clips got wrong").Groups[1].Value,
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(wrong, 1, 8);
        Assert.Equal(wrong, System.Text.RegularExpressions.Regex.Count(text, "; answered: "));
        Assert.Equal(
            wrong,
            Manifest.Load(Data).Filter("test").Entries.Count(e => text.Contains($"<h3>{e.Id}</h3>", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Probe_ClipsWithoutTheLabel_AreLeftOutAndCounted()
    {
        var manifest = Manifest.Load(Data);
        var bare = manifest.Entries.Where(e => e.Split == "train").Take(3).Select(e => e.Id).ToHashSet();
        var path = Path.Combine(_folder["data"], "partly.json");
        (manifest with
        {
            Entries = [.. manifest.Entries.Select(e => bare.Contains(e.Id) ? e with { Labels = new Dictionary<string, int>() } : e)],
        }).Save(path);
        var result = _folder["result.json"];
        Assert.Equal(0, await Run(
            "linear", "--checkpoint", _folder["model.safetensors"], "--data", path, "--label", "appearance", "--out", result));
        var probed = ProbeResult.FromJson(await File.ReadAllTextAsync(result));
        Assert.Equal((21, 21, 8), (probed.TrainUsed, probed.TrainExpected, probed.TestUsed));
        Assert.Contains("3 of 24 clips of split train carry no label 'appearance' and are left out", probed.Cautions!);
        Assert.Contains(probed.Cautions!, caution => caution.Contains("without a test clip", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probe_LabelDeclaredButCarriedByNone_SaysSo()
    {
        var manifest = Manifest.Load(Data);
        var path = Path.Combine(_folder["data"], "declared.json");
        (manifest with
        {
            Labels = new Dictionary<string, IReadOnlyList<string>>(manifest.Labels) { ["colour"] = ["red"] },
        }).Save(path);
        var (code, _, error) = await Call("linear", "--checkpoint", _folder["model.safetensors"], "--data", path, "--label", "colour");
        Assert.Equal(2, code);
        Assert.Contains("declares it, but of its 24 clips of split train none carries it", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_CheckpointThatDiverged_IsNamedBeforeAClipIsRead()
    {
        var run = Presets.Stage1("tiny");
        using var weights = StepGenerators.ForWeights(1);
        using var model = run.Model.Build(weights);
        using (TorchSharp.torch.no_grad()) model.Encoder.parameters().First().fill_(float.NaN);
        ModelCheckpoint.Save(_folder["nan.safetensors"], model, run);
        foreach (var kind in (string[])["linear", "attentive", "knn"])
        {
            var (code, _, error) = await Call(kind, "--checkpoint", _folder["nan.safetensors"], "--data", Data, "--label", "motion");
            Assert.Equal(1, code);
            Assert.Contains("values that are not finite", error, StringComparison.Ordinal);
        }
    }

    private static async Task<int> Run(params string[] arguments)
    {
        var (code, _, error) = await Call(arguments);
        Assert.Equal("", error);
        return code;
    }

    private static Task<(int Code, string Output, string Error)> Call(params string[] arguments) =>
        Ivnext.CallAsync(["probe", .. arguments]);
}
