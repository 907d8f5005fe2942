using InternVideoNext.Training;

namespace InternVideoNext.Tests.Training;

public sealed class WeightDecayRuleTests
{
    [Theory]
    [InlineData("encoder.blocks.0.attn.qkv.weight", 2, true)]
    [InlineData("encoder.patch_embed.proj.weight", 5, true)]
    [InlineData("predictor.diff_pos_embed", 3, true)]
    [InlineData("predictor.bert_mask_token", 3, true)]
    [InlineData("encoder.cls_token", 3, false)]
    [InlineData("encoder.pos_embed", 3, false)]
    [InlineData("alignment.clip_pos_embed", 3, false)]
    [InlineData("encoder.blocks.0.norm1.weight", 1, false)]
    [InlineData("encoder.blocks.0.ls1.gamma", 1, false)]
    [InlineData("encoder.clip_projector.cross_attn.q_bias", 1, false)]
    [InlineData("encoder.blocks.0.mlp.fc1.bias", 2, false)]
    public void Decays_Parameter_FollowsTheReleasedRule(string name, long dimensions, bool expected) =>
        Assert.Equal(expected, WeightDecayRule.Decays(name, dimensions));
}
