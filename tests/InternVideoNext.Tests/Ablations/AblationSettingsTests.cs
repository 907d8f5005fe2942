using InternVideoNext.Ablations;
using InternVideoNext.Probes;

namespace InternVideoNext.Tests.Ablations;

public sealed class AblationSettingsTests
{
    [Theory]
    [InlineData("tiny")]
    [InlineData("mini")]
    [InlineData("small")]
    public void ReadoutFor_SyntheticPreset_ReadsTheOrderOfFramesWhereALabelNeedsIt(string preset)
    {
        var settings = new AblationSettings { Preset = preset };
        Assert.Equal("mini", settings.ReadoutFor("appearance"));
        Assert.Equal("mini-frames", settings.ReadoutFor("motion"));
        Assert.Equal("mini-frames", settings.ReadoutFor("steps"));
        Assert.Equal(
            ["mini", "mini-frames", "mini-attentive", "predictor/mini", "predictor/mini-frames", "predictor/mini-attentive"],
                settings.Readouts.Select(r => r.Name));
    }

    [Fact]
    public void ReadoutFor_PapersPreset_IsThePublishedProbe()
    {
        var settings = new AblationSettings { Preset = "base" };
        Assert.Equal([ProbeProtocols.InternVideo2Linear], settings.Readouts.Select(r => r.Protocol));
        Assert.All(["appearance", "motion"], label => Assert.Equal(ProbeProtocols.InternVideo2Linear.Name, settings.ReadoutFor(label)));
    }

    [Fact]
    public void ReadoutFor_NamedProtocols_IsTheFirstUnlessAnotherReadsTheOrderOfFrames()
    {
        var settings = new AblationSettings { Preset = "tiny", Protocols = ["mini-attentive", "mini"] };
        Assert.Equal(("mini-attentive", "mini-attentive"), (settings.ReadoutFor("appearance"), settings.ReadoutFor("motion")));
        settings = settings with { Protocols = ["mini", "mini-frames"] };
        Assert.Equal(("mini", "mini-frames"), (settings.ReadoutFor("appearance"), settings.ReadoutFor("motion")));
        Assert.All(settings.Readouts, readout => Assert.Equal(FeatureSpace.Encoder, readout.Space));
    }
}
