using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class KeyMapTests
{
    [Theory]
    [InlineData("blocks.{i}.attn.{rest}", "blocks.11.attn.qkv.weight", "h.11.qkv.weight")]
    [InlineData("blocks.{i}.attn.{rest}", "blocks.01.attn.qkv.weight", null)]
    [InlineData("blocks.{i}.attn.{rest}", "blocks.1.attn.", null)]
    [InlineData("blocks.{i}.attn.{rest}", "model.blocks.1.attn.x", null)]
    [InlineData("blocks.{i}.attn.{rest}", "blocksx1.attn.x", null)]
    [InlineData("blocks.{i}.attn.{rest}", "blocks.1.attn.x\n", "h.1.x\n")]
    public void Import_Template_MatchesWholeNamesOnly(string foreign, string name, string? expected)
    {
        var map = new KeyMap("test", [KeyRule.Map(foreign, "h.{i}.{rest}")]);
        Assert.Equal(expected, map.Import(name).Key);
        if (expected is not null)
            Assert.Equal(name, map.Export(expected).Key);
    }

    [Theory]
    [InlineData("{rest}.a", "{rest}.a")]
    [InlineData("{i}.{i}", "{i}.{i}")]
    [InlineData("{layer}", "{layer}")]
    [InlineData("a.{i}", "b.{j}")]
    [InlineData("a.{i}", "b")]
    public void Rule_BadPlaceholders_AreRefused(string foreign, string ours) =>
        Assert.Throws<ArgumentException>(() => KeyRule.Map(foreign, ours));

    [Theory]
    [InlineData("blocks.0.attn.qkv.weight", "encoder.blocks.0.attn.qkv.weight")]
    [InlineData("blocks.11.ls2.gamma", "encoder.blocks.11.ls2.gamma")]
    [InlineData("patch_embed.norm_before.weight", "encoder.patch_embed.norm_before.weight")]
    [InlineData("cls_token", "encoder.cls_token")]
    [InlineData("pos_embed", "encoder.pos_embed")]
    [InlineData("clip_projector.cross_attn.q_bias", "encoder.clip_projector.cross_attn.q_bias")]
    [InlineData("bert_mask_token", "predictor.bert_mask_token")]
    [InlineData("to_bert_proj.head.0.weight", "predictor.to_bert_proj.head.0.weight")]
    [InlineData("bert_decoder.layers.0.attn.Wqkv.weight", "predictor.bert_decoder.layers.0.attn.Wqkv.weight")]
    [InlineData("diff_pos_embed", "predictor.diff_pos_embed")]
    [InlineData("diffloss.net.input_proj.weight", "decoder.diffloss.net.input_proj.weight")]
    [InlineData("selfdist_decoder.head.0.weight", "decoder.selfdist_decoder.head.0.weight")]
    [InlineData("clip_decoder.0.head.0.weight", "alignment.clip_decoder.0.head.0.weight")]
    [InlineData("final_clip_decoder.norm.bias", "alignment.final_clip_decoder.norm.bias")]
    [InlineData("clip_pos_embed", "alignment.clip_pos_embed")]
    public void ReferenceCheckpoint_Anchors_MapBothWays(string foreign, string ours)
    {
        Assert.Equal(ours, ReferenceCheckpoint.Stage1.Import(foreign).Key);
        Assert.Equal(foreign, ReferenceCheckpoint.Stage1.Export(ours).Key);
    }

    [Theory]
    [InlineData("model.blocks.0.attn.q_norm.weight", "blocks.0.attn.q_norm.weight")]
    [InlineData("model.pos_embed", "pos_embed")]
    [InlineData("model.clip_projector.norm1_k.bias", "clip_projector.norm1_k.bias")]
    [InlineData("model.patch_embed.proj.bias", "patch_embed.proj.bias")]
    public void ReleasedWeights_Anchors_MapBothWays(string foreign, string ours)
    {
        Assert.Equal(ours, ReleasedWeights.Map.Import(foreign).Key);
        Assert.Equal(foreign, ReleasedWeights.Map.Export(ours).Key);
        Assert.True(ReleasedWeights.Map.Import(ours).IsUnknown);
        Assert.True(ReleasedWeights.Map.Import("model." + foreign).IsUnknown);
    }

    [Theory]
    [InlineData("vision_model.embeddings.position_embedding.weight", "embeddings.position_embedding.weight")]
    [InlineData("vision_model.encoder.layers.39.self_attn.q_proj.bias", "encoder.layers.39.self_attn.q_proj.bias")]
    [InlineData("vision_model.head.attention.in_proj_weight", "head.attention.in_proj_weight")]
    [InlineData("vision_model.post_layernorm.weight", "post_layernorm.weight")]
    public void SiglipVision_Anchors_MapBothWays(string foreign, string ours)
    {
        Assert.Equal(ours, SiglipVision.Map.Import(foreign).Key);
        Assert.Equal(foreign, SiglipVision.Map.Export(ours).Key);
    }

    [Theory]
    [InlineData("text_model.encoder.layers.0.mlp.fc1.bias")]
    [InlineData("logit_scale")]
    [InlineData("logit_bias")]
    [InlineData("vision_model.embeddings.position_ids")]
    public void SiglipVision_OtherParts_AreIgnoredWithAReason(string foreign)
    {
        var match = SiglipVision.Map.Import(foreign);
        Assert.Null(match.Key);
        Assert.NotNull(match.Rule!.Reason);
    }

    [Theory]
    [InlineData("model.layers.23.attn.Wo.weight", "bert_decoder.layers.0.attn.Wo.weight")]
    [InlineData("model.layers.27.mlp.Wi.weight", "bert_decoder.layers.4.mlp.Wi.weight")]
    [InlineData("layers.25.mlp_norm.weight", "bert_decoder.layers.2.mlp_norm.weight")]
    [InlineData("model.layers.22.attn.Wo.weight", null)]
    [InlineData("model.layers.2.attn.Wo.weight", null)]
    [InlineData("model.embeddings.tok_embeddings.weight", null)]
    [InlineData("model.final_norm.weight", null)]
    [InlineData("head.dense.weight", null)]
    [InlineData("decoder.bias", null)]
    public void ModernBert_Anchors_AreMappedOrIgnored(string foreign, string? ours)
    {
        var match = ModernBert.IntoPredictor(ModernBert.LastFiveOfLarge).Import(foreign);
        Assert.False(match.IsUnknown);
        Assert.Equal(ours, match.Key);
    }

    [Theory]
    [InlineData]
    [InlineData(23, 23)]
    [InlineData(-1)]
    public void ModernBert_BadLayerChoice_IsRefused(params int[] layers) =>
        Assert.Throws<ArgumentException>(() => ModernBert.IntoPredictor(layers));

    [Theory]
    [InlineData("stage1", "weights.")]
    [InlineData("stage2", "weights.student.")]
    [InlineData("stage2", "weights.teacher.")]
    public void ReferenceCheckpoint_EveryFixtureName_IsKnownAndComesBack(string fixture, string prefix)
    {
        using var file = ReferenceFixture.Open(fixture);
        foreach (var name in new TensorSelection(file, prefix).Entries.Keys)
        {
            var match = ReferenceCheckpoint.Stage1.Import(name);
            Assert.False(match.IsUnknown, name);
            if (match.Key is { } ours)
                Assert.Equal(name, ReferenceCheckpoint.Stage1.Export(ours).Key);
            else
                Assert.StartsWith("selfdist_", name, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Stage1IntoStage2_DropsAlignmentAndDiffusionAndKeepsTheLatentDecoder()
    {
        var map = ReferenceCheckpoint.Stage1IntoStage2;
        Assert.Null(map.Import("diffloss.net.input_proj.weight").Key);
        Assert.Null(map.Import("clip_decoder.3.norm.weight").Key);
        Assert.Equal("predictor.diff_pos_embed", map.Import("diff_pos_embed").Key);
        Assert.NotNull(map.FindKeep("decoder.selfdist_decoder.norm.weight"));
        Assert.Null(map.FindKeep("encoder.cls_token"));
        Assert.Equal("selfdist_decoder.norm.weight", map.Export("decoder.selfdist_decoder.norm.weight").Key);
    }

    [Fact]
    public void PositionTables_OfEveryFormat_AreMarkedAsSuch()
    {
        KeyMap[] maps = [ReferenceCheckpoint.Stage1, ReleasedWeights.Map, SiglipVision.Map, ReferenceCheckpoint.EncoderAlone];
        var tables = maps.SelectMany(map => map.Rules).Where(rule => rule.Transform == KeyTransform.PositionTable)
            .Select(rule => rule.OurPattern!).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(
            ["alignment.clip_pos_embed", "embeddings.position_embedding.weight", "encoder.pos_embed", "pos_embed",
            "predictor.diff_pos_embed"], tables);
    }

    [Theory]
    [InlineData("encoder", "weights.", "", CheckpointKind.Encoder)]
    [InlineData("encoder", "weights.", "model.", CheckpointKind.ReleasedEncoder)]
    [InlineData("stage1", "weights.", "", CheckpointKind.ReferenceStage1)]
    [InlineData("stage2", "weights.student.", "", CheckpointKind.ReferenceStage2)]
    [InlineData("siglip2_vision", "weights.", "vision_model.", CheckpointKind.SiglipVision)]
    [InlineData("modernbert_layers", "weights.", "", CheckpointKind.ModernBert)]
    [InlineData("modernbert_layers", "weights.", "model.", CheckpointKind.ModernBert)]
    [InlineData("diffusion_decoder", "weights.", "", CheckpointKind.Unknown)]
    public void Detect_ByNames_FindsTheKind(string fixture, string prefix, string inFile, CheckpointKind expected)
    {
        using var file = ReferenceFixture.Open(fixture);
        Assert.Equal(expected, CheckpointDetector.Detect(new TensorSelection(file, prefix).Entries.Keys.Select(name => inFile + name)));
    }
}
