using InternVideoNext.Checkpoints;
using InternVideoNext.Data;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class ProbeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("probe-file").FullName;

    private string FilePath => Path.Combine(_folder, "probe.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("linear")]
    [InlineData("attentive")]
    public void Load_OfSave_AnswersTheSameBits(string kind)
    {
        using var trained = Trained(kind, ["left", "right"]);
        ProbeFile.Save(FilePath, trained);
        using var loaded = ProbeFile.Load(FilePath, Manifest("left", "right"));
        using var input = linspace(-1, 1, 2 * 3 * 8).reshape(2, 3, 8);
        using var expected = trained.Probe.forward(input);
        using var actual = loaded.Probe.forward(input);
        Assert.True(expected.equal(actual).all().item<bool>());
        Assert.Equal(("mini", "motion"), (loaded.Protocol, loaded.Label));
        Assert.Equal(trained.Classes, loaded.Classes);
    }

    [Fact]
    public void Load_OtherClassOrder_SaysWhereTheListsDiffer()
    {
        using var trained = Trained("linear", ["left", "right"]);
        ProbeFile.Save(FilePath, trained);
        var error = Assert.Throws<ArgumentException>(() => ProbeFile.Load(FilePath, Manifest("right", "left")));
        Assert.Contains(
            "first differ at class 0, 'left' in the probe and 'right' in the manifest", error.Message, StringComparison.Ordinal);
        Assert.Contains(trained.ClassListHash, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ManifestWithoutTheLabel_ListsItsLabels()
    {
        using var trained = Trained("linear", ["left", "right"]);
        ProbeFile.Save(FilePath, trained with { Label = "appearance" });
        var error = Assert.Throws<ArgumentException>(() => ProbeFile.Load(FilePath, Manifest("left", "right")));
        Assert.Contains("lacks; it has motion", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("probe.kind", "svm", "must be linear or attentive")]
    [InlineData("probe.classes", "[\"left\",\"up\"]", "changed after training")]
    [InlineData("probe.config", "{\"width\":8}", "can't be read")]
    [InlineData("probe.config", "{\"width\":9,\"classes\":2}", "'linear.weight' is [2, 8] instead of [2, 9]")]
    [InlineData("probe.config", "{\"width\":8,\"classes\":3}", "has 3 classes")]
    public void Load_ChangedHeader_SaysWhat(string key, string value, string fault)
    {
        using var trained = Trained("linear", ["left", "right"]);
        ProbeFile.Save(FilePath, trained);
        var path = Path.Combine(_folder, "changed.safetensors");
        using (var file = SafetensorsFile.Open(FilePath))
        {
            var tensors = file.Entries.Keys.Select(name => KeyValuePair.Create(name, file.Read(name))).ToArray();
            SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>(file.Metadata) { [key] = value });
            foreach (var (_, tensor) in tensors) tensor.Dispose();
        }
        var error = Assert.Throws<InvalidDataException>(() => ProbeFile.Load(path));
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.Contains("changed.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoProbe_SaysSo()
    {
        using var weights = ones(2);
        SafetensorsWriter.Write(FilePath, [KeyValuePair.Create("x", weights)]);
        Assert.Contains(
            "not a probe file", Assert.Throws<InvalidDataException>(() => ProbeFile.Load(FilePath)).Message, StringComparison.Ordinal);
    }

    private static TrainedProbe Trained(string kind, IReadOnlyList<string> classes)
    {
        using var generator = new Generator(1);
        Probe probe = kind == "linear"
            ? new LinearProbeConfig { Width = 8, Classes = classes.Count, LayerNorm = true }.Build()
            : new AttentiveProbeConfig { Width = 8, Classes = classes.Count, Heads = 2, Blocks = 2 }.Build(generator);
        using (no_grad())
        {
            foreach (var parameter in probe.parameters()) parameter.add_(0.1);
        }
        return new TrainedProbe(probe, "mini", "motion", classes);
    }

    private static Manifest Manifest(params string[] classes) => new()
    {
        Name = "made",
        Labels = new Dictionary<string, IReadOnlyList<string>> { ["motion"] = classes },
        Entries = [],
    };
}
