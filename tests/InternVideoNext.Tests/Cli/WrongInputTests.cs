using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;

namespace InternVideoNext.Tests.Cli;

/// <summary>
/// Every command with what people give it by mistake: each ends with an exit code of the four and a message of a line or two that begins
/// with the program's name, never with a stack.
/// </summary>
public sealed class WrongInputTests : IClassFixture<WrongInputTests.Files>
{
    private readonly Files _files;

    public WrongInputTests(Files files) => _files = files;

    // {x} is where each of the wrong paths stands; {good} and {data} are what is right.
    private static readonly string[] PathCommands =
    [
        "features --checkpoint {x} --video {good}/a.mp4 --out {out}.safetensors",
        "features --checkpoint {model} --video {x} --out {out}.safetensors",
        "features --checkpoint {model} --data {x} --out {out}.parquet",
        "features --checkpoint {model} --data {x} --out {out}.safetensors --window 2",
        "probe linear --checkpoint {x} --data {data} --label kind",
        "probe linear --checkpoint {model} --data {x} --label kind",
        "probe attentive --checkpoint {x} --data {data} --label kind",
        "probe knn --checkpoint {x} --data {data} --label kind",
        "probe linear --checkpoint {model} --data {data} --label kind --start {x}",
        "probe apply --probe {x} --checkpoint {model} --video {good}/a.mp4",
        "probe apply --probe {probe} --checkpoint {x} --video {good}/a.mp4",
        "probe apply --probe {probe} --checkpoint {model} --data {x}",
        "train stage1 --preset tiny --data {x} --out {out}",
        "train stage1 --preset tiny --data {good} --out {out} --start {x}",
        "train stage2 --preset tiny --data {good} --out {out} --start {x}",
        "weights inspect {x}",
        "weights inspect --header {x}",
        "weights ship --from {x} --to {out}",
        "data scan {x} --out {out}.json",
        "data pack {x} --out {out}",
        "data import --format path-label --dataset kinetics-400 --train {x} --out {out}.json",
        "data import --format kinetics-csv --dataset kinetics-400 --annotations {x} --out {out}.json",
        "data import --format ssv2-json --dataset something-something-v2 --train {x} --classes {x} --out {out}.json",
        "data import --format coin-json --dataset coin --annotations {x} --out {out}.json",
        "rerun {x} --row align",
        "ablate bounds --preset tiny --rows random-encoder --from {x} --out {out}",
        "ablate bounds --preset tiny --rows random-encoder --data {x} --out {out}",
        "runs {x}",
        "runs show {x}",
        "runs compare {x} {x}",
        "parity {x}",
        "bench compare {x} {x}",
        "bench traced {x} --config {x}",
        "bench data --data {x} --runs 1",
        "notebook run {x}",
        "quickstart --videos {x} --out {out}",
    ];

    private static readonly string[] WrongPaths =
        ["missing", "empty", "folder", "empty.safetensors", "junk.safetensors", "junk.json", "junk.mp4", "junk.txt", "page.safetensors"];

    public static TheoryData<string, string> Paths
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var command in PathCommands)
                foreach (var path in WrongPaths) all.Add(command, path);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Path_Wrong_IsOneMessageAndACode(string command, string path)
    {
        var (code, _, error) = await _files.CallAsync(command.Replace("{x}", _files.Root[path], StringComparison.Ordinal));
        AssertReported(code, error);
    }

    [Theory]
    [InlineData("features --checkpoint {model} --video {good}/a.mp4 --out {x}")]
    [InlineData("features --checkpoint {model} --data {good} --out {x}/b.parquet")]
    [InlineData("probe linear --checkpoint {model} --data {data} --label kind --out {x}")]
    [InlineData("probe linear --checkpoint {model} --data {data} --label kind --save {x}/b.safetensors")]
    [InlineData("probe apply --probe {probe} --checkpoint {model} --video {good}/a.mp4 --out {x}")]
    [InlineData("probe apply --probe {probe} --checkpoint {model} --data {data} --wrong {x}/page.html")]
    [InlineData("train stage1 --preset tiny --data {good} --out {x} --set training.steps=1")]
    [InlineData("data render-shapes --clips 1 --out {x}")]
    [InlineData("data train-teacher --steps 1 --out {x}/b.safetensors")]
    [InlineData("data scan {data} --out {x}/b.json")]
    [InlineData("data pack {good} --out {x}")]
    [InlineData("ablate bounds --preset tiny --rows random-encoder --out {x}")]
    [InlineData("ablate conditions --preset tiny --clips 16 --out {x}")]
    [InlineData("bench train --preset tiny --stage 1 --batch 1 --steps 1 --warm-up 0 --warm-up-seconds 0 --json {x}/b.json")]
    [InlineData("parity {good} --json {x}/b.json")]
    [InlineData("quickstart --videos {good} --out {x}")]
    [InlineData("notebook run {good} --out {x}")]
    public async Task Output_Unwritable_IsOneMessageAndACode(string command)
    {
        // A file where a folder is needed, or the other way round.
        var wrong = command.Contains("{x}/", StringComparison.Ordinal) || !command.Contains("{model}", StringComparison.Ordinal)
            ? _files.Root["junk.txt"] : _files.Root["folder"];
        var (code, _, error) = await _files.CallAsync(command.Replace("{x}", wrong, StringComparison.Ordinal));
        AssertReported(code, error);
    }

    public static TheoryData<string, string> Numbers
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var command in (string[])
                [
                    "features --checkpoint m --data d --out o.parquet --window {n}", "features --checkpoint m --data d --out o --batch {n}",
                    "features --checkpoint m --data d --out o.parquet --window 1 --stride {n}",
                    "probe linear --checkpoint m --data d --label l --augmented {n}",
                    "probe apply --probe p --checkpoint m --data d --top {n}",
                    "ablate all --out o --jobs {n}", "ablate all --out o --seeds {n}", "ablate all --out o --length {n}",
                    "ablate all --out o --batch {n}", "ablate conditions --out o --clips {n}", "data scan d --jobs {n}",
                    "data pack d --out o --jobs {n}", "data pack d --out o --short-side {n}", "data pack d --out o --gop {n}",
                    "data render-shapes --out o --clips {n}", "data render-shapes --out o --clips 1 --size {n}",
                    "data render-shapes --out o --clips 1 --frames {n}", "data render-shapes --out o --clips 1 --fps {n}",
                    "data train-teacher --out o --steps {n}", "data train-teacher --out o --batch {n}",
                    "data train-teacher --out o --width {n}",
                    "bench data --data d --runs {n}", "bench data --data d --jobs {n}", "bench data --data d --frames {n}",
                    "bench data --data d --size {n}", "bench train --batch {n}", "bench train --steps {n}", "bench twin --rounds {n}",
                    "train find-batch stage1 --most {n}", "train find-batch stage1 --memory-megabytes {n}",
                    "train stage1 --data d --out o --processes {n}", "notebook run d --timeout {n}",
                ])
                foreach (var number in (string[])["0", "-1", "1e30", "nan", "many", "99999999999999999999"]) all.Add(command, number);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Number_OutOfRange_IsWrongUsageThatNamesTheOption(string command, string number)
    {
        var option = command.Split(' ')[^2];
        var (code, _, error) = await Ivnext.CallAsync(command.Replace("{n}", number, StringComparison.Ordinal).Split(' '));
        Assert.Equal(2, code);
        AssertReported(code, error);
        Assert.Contains(option, error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("features --checkpoint m --video v --out o --device {d}")]
    [InlineData("probe linear --checkpoint m --data d --label l --device {d}")]
    [InlineData("probe attentive --checkpoint m --data d --label l --device {d}")]
    [InlineData("probe knn --checkpoint m --data d --label l --device {d}")]
    [InlineData("probe apply --probe p --checkpoint m --data d --device {d}")]
    [InlineData("ablate bounds --preset tiny --out {out} --device {d}")]
    [InlineData("bench train --preset tiny --device {d}")]
    [InlineData("bench twin --preset tiny --device {d}")]
    [InlineData("train find-batch stage1 --preset tiny --device {d}")]
    [InlineData("train stage1 --preset tiny --data {good} --out {out} --device {d}")]
    [InlineData("train stage2 --preset tiny --data {good} --out {out} --start {model} --device {d}")]
    public async Task Device_UnknownOrNotHere_IsWrongUsage(string command)
    {
        foreach (var device in (string[])["gpu", "cuda:x", "cuda:-1", "CUDA", "mps", "cuda:511"])
        {
            var (code, _, error) = await _files.CallAsync(command.Replace("{d}", device, StringComparison.Ordinal));
            Assert.True(code == 2, $"{device}: {code}, {error}");
            AssertReported(code, error);
            Assert.Contains(device == "cuda:511" ? "CUDA device(s)" : "must be cpu, cuda or cuda:N", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("features --checkpoint {model} --out o.safetensors", "--video or --data")]
    [InlineData("features --checkpoint {model} --data d --out o.csv", ".safetensors or .parquet")]
    [InlineData("features --checkpoint {model} --data d --stride 1 --out o.parquet", "--stride needs --window")]
    [InlineData("probe linear --checkpoint {model} --data {data} --label colour", "has kind")]
    [InlineData("probe linear --checkpoint {model} --data {data} --label kind --test-split train", "not trained on")]
    [InlineData("probe linear --checkpoint {model} --data {data} --label kind --test-split dev", "test")]
    [InlineData("probe linear --checkpoint {model} --data {data} --label kind --protocol nothing", "there are")]
    [InlineData("probe attentive --checkpoint {model} --data {data} --label kind --protocol internvideo2-attentive/k400", "--start FILE")]
    [InlineData("probe knn --checkpoint {model} --data {data} --label kind --save p", "train nothing")]
    [InlineData("probe linear --checkpoint {model} --data {data} --label kind", "training clip(s) a class")]
    [InlineData("ablate all --out {out} --rows nothing", "nothing")]
    [InlineData("ablate all --out {out} --preset huge", "there is no preset 'huge'")]
    [InlineData("ablate all --out {out} --protocol nothing", "nothing")]
    [InlineData("ablate all --out {out} --budget soon", "--budget soon")]
    [InlineData("weights fetch resnet", "resnet")]
    [InlineData("weights fetch siglip2-base --hub nowhere", "--hub nowhere")]
    [InlineData("data import --format excel --dataset kinetics-400 --train t --out o", "--format excel")]
    [InlineData("data import --format path-label --dataset mine --train t --out o", "mine")]
    [InlineData("data render-shapes --clips 1 --size 33 --out o", "33")]
    [InlineData("describe --preset base --set model.encoder.depth=-1", "depth = -1")]
    [InlineData("train stage1 --data {good} --out {out} --max-hours 0", "--max-hours 0")]
    [InlineData("notebook run {good} --parameters seed", "write name=value")]
    public async Task Name_Unknown_IsWrongUsageThatSaysWhatThereIs(string command, string expected)
    {
        var (code, _, error) = await _files.CallAsync(command);
        Assert.True(code == 2, $"{code}: {error}");
        AssertReported(code, error);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("features --checkpoint {model} --data {good} --out /dev/null")]
    [InlineData("data scan {data} --out /dev/null")]
    [InlineData("bench train --preset tiny --json /dev/stdout")]
    public async Task Output_Device_IsNotReplacedByAFile(string command)
    {
        var (code, _, error) = await _files.CallAsync(command);
        Assert.Equal(2, code);
        AssertReported(code, error);
    }

    [Fact]
    public async Task Option_EmptyWord_IsNamed()
    {
        var (code, _, error) = await Ivnext.CallAsync("train", "stage1", "--data", "", "--out", "o");
        Assert.Equal(2, code);
        Assert.Contains("--data: its value is empty", error, StringComparison.Ordinal);
    }

    private static void AssertReported(int code, string error)
    {
        Assert.True(code is >= 0 and <= 3, $"exit code {code}");
        if (code == 0) return; // An empty folder has no runs and no features, which is no error everywhere.
        Assert.StartsWith("ivnext: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error, StringComparison.Ordinal);
        Assert.True(error.TrimEnd().Split('\n').Length <= 14, error);
    }

    /// <summary>A tiny model, a probe, two videos and a labelled manifest of them, and files that are none of these.</summary>
    public sealed class Files : IDisposable
    {
        public Files()
        {
            Directory.CreateDirectory(Root["good"]);
            Directory.CreateDirectory(Root["folder"]);
            // What is asked for fails before a frame is decoded, or at these, which are none.
            foreach (var name in (string[])["a.mp4", "b.mp4"]) File.WriteAllBytes(Path.Combine(Root["good"], name), [1, 2, 3]);
            File.WriteAllBytes(Root["empty"], []);
            File.WriteAllBytes(Root["empty.safetensors"], []);
            var junk = new byte[5000];
            new Random(1).NextBytes(junk);
            foreach (var name in (string[])["junk.safetensors", "junk.json", "junk.mp4", "junk.txt"]) File.WriteAllBytes(Root[name], junk);
            File.WriteAllText(Root["page.safetensors"], "<!DOCTYPE html><html><body>Sign in</body></html>");
            var run = Presets.Stage1("tiny");
            using var weights = StepGenerators.ForWeights(1);
            using var model = run.Model.Build(weights);
            ModelCheckpoint.Save(Root["model.safetensors"], model, run);
            using (var probe = new TrainedProbe(
                new LinearProbeConfig { Width = run.Model.Encoder.Width, Classes = 2 }.Build(), "mini", "kind", ["x", "y"]))
                ProbeFile.Save(Root["probe.safetensors"], probe);
            new Manifest
            {
                Name = "two",
                Labels = new Dictionary<string, IReadOnlyList<string>> { ["kind"] = ["x", "y"] },
                Entries =
                [
                    Entry("a", "train", 0), Entry("b", "train", 1), Entry("c", "test", 0),
                ],
            }.Save(Root["two.json"]);

            static ManifestEntry Entry(string id, string split, int label) => new()
            { Id = id, Path = $"good/{id}.mp4", Split = split, Labels = new Dictionary<string, int> { ["kind"] = label } };
        }

        internal TemporaryFolder Root { get; } = new();

        internal Task<(int Code, string Output, string Error)> CallAsync(string command) => Ivnext.CallAsync(
            [.. command.Split(' ').Select(word => word
                .Replace("{good}", Root["good"], StringComparison.Ordinal).Replace("{data}", Root["two.json"], StringComparison.Ordinal)
                .Replace("{model}", Root["model.safetensors"], StringComparison.Ordinal)
                .Replace("{probe}", Root["probe.safetensors"], StringComparison.Ordinal)
                .Replace("{out}", Root[Path.GetRandomFileName()], StringComparison.Ordinal))]);

        public void Dispose() => Root.Dispose();
    }
}
