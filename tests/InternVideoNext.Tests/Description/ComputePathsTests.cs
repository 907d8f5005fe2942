using InternVideoNext.Description;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Recipes;

namespace InternVideoNext.Tests.Description;

public sealed class ComputePathsTests
{
    [Fact]
    public void Of_BaseOnCuda_TakesEveryFastWay()
    {
        var paths = ComputePaths.Of(Presets.Stage1("base"));
        Assert.All(paths, p => Assert.True(p.IsFast, p.Work));
        Assert.Contains("blocks", Way(paths, "predictor's local attention"), StringComparison.Ordinal);
        Assert.Contains("bfloat16", Way(paths, "precision"), StringComparison.Ordinal);
        Assert.Contains("every row", Way(paths, "likelihood in the diffusion loss"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training.device=cpu", "RMSNorm", "no fused kernel of it for the CPU")]
    [InlineData("training.precision=float32", "precision", "training.precision=bfloat16")]
    [InlineData("training.recompute.encoder=0-1", "activations", "training.recompute")]
    public void Of_SlowWay_SaysWhy(string assignment, string work, string reason)
    {
        var path = ComputePaths.Of(Override(Presets.Stage1("base"), assignment)).Single(p => p.Work == work);
        Assert.False(path.IsFast);
        Assert.Contains(reason, path.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ConfiguredDeviceNotHere_SaysThatNobodyWasAsked() =>
        Assert.Contains(
            "not here",
            ComputePaths.Of(Override(Presets.Stage2("base"), "training.device=cuda:99"))
            .Single(p => p.Work == "encoder's attention").Reason, StringComparison.Ordinal);

    [Fact]
    public void Of_Cpu_AsksLibtorchForItsAttention() =>
        Assert.Contains("kernel", Way(ComputePaths.Of(Presets.Stage1("mini")), "encoder's attention"), StringComparison.Ordinal);

    [Theory]
    [InlineData(4100, 64, LocalAttentionWay.Blocks)]
    [InlineData(385, 64, LocalAttentionWay.Blocks)]
    [InlineData(384, 64, LocalAttentionWay.MaskedMatrix)]
    [InlineData(66, 64, LocalAttentionWay.MaskedMatrix)]
    [InlineData(65, 64, LocalAttentionWay.Everywhere)]
    public void WayFor_Length_IsTheWayTaken(int length, int radius, LocalAttentionWay way)
    {
        Assert.Equal(way, LocalAttention.WayFor(length, radius));
        using var scope = TorchSharp.torch.NewDisposeScope();
        Assert.Equal(
            way == LocalAttentionWay.Blocks, LocalAttention.For(length, radius, TorchSharp.torch.float32, TorchSharp.torch.CPU).IsBlocked);
    }

    private static string Way(IReadOnlyList<ComputePath> paths, string work) => paths.Single(p => p.Work == work).Way;

    private static RunConfig Override(RunConfig config, string assignment) => config switch
    {
        Stage1Config stage1 =>
            ConfigJson.Override(
            stage1 with { Teacher = ((SiglipTeacherConfig)stage1.Teacher!) with { RandomWeights = true } }, [assignment]),
        Stage2Config stage2 => ConfigJson.Override(stage2 with { PredictorStart = PredictorStart.Fresh }, [assignment]),
        _ => config,
    };
}
