using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Masking;

public sealed class MaskingConfigTests
{
    public static TheoryData<string, Type> Kinds => new()
    {
        { """{"kind":"semantic","ratio":0.8,"selection":"top_k","keep":"background"}""", typeof(SemanticMasking) },
        { """{"kind":"random","ratio":0.8}""", typeof(RandomMasking) },
        { """{"kind":"tube","ratio":0.8}""", typeof(TubeMasking) },
        {
            """{"kind":"multi_block","blocks":[{"count":3,"scale":0.2}],"aspect_min":0.8,"aspect_max":1.2,"trim":"released"}""",
            typeof(MultiBlockMasking)
        },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Json_EveryKind_RoundTripsAndBuilds(string json, Type policy)
    {
        var config = JsonSerializer.Deserialize<MaskingConfig>(json, SnakeCaseJson.Line)!;
        Assert.Equal(json, JsonSerializer.Serialize(config, SnakeCaseJson.Line));
        Assert.IsType(policy, config.Build(new TokenGrid(2, 4, 4)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Draw_Repeated_KeepsNoTensors(string json, Type policy)
    {
        var built = JsonSerializer.Deserialize<MaskingConfig>(json, SnakeCaseJson.Line)!.Build(new TokenGrid(2, 4, 4));
        Assert.IsType(policy, built);
        using var saliency = ones(4, 16);
        using var generator = new Generator(1);
        Draw();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++) Draw();
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Draw()
        {
            foreach (var mask in built.Draw(2, saliency, generator)) mask.Dispose();
        }
    }

    [Fact]
    public void Defaults_AreTheMethods()
    {
        var semantic = new SemanticMaskingConfig();
        Assert.Equal((0.75, SaliencySelection.Draw, SaliencyKeep.Salient), (semantic.Ratio, semantic.Selection, semantic.Keep));
        var blocks = new MultiBlockMaskingConfig();
        Assert.Equal([new MaskBlocks(8, 0.15), new MaskBlocks(2, 0.7)], blocks.Blocks);
        Assert.Equal((0.75, 1.5, null, VisibleTrim.Random), (blocks.AspectMin, blocks.AspectMax, blocks.MaxKeep, blocks.Trim));
    }
}
