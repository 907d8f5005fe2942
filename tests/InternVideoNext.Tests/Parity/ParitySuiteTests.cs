using System.CommandLine;
using System.Text.Json;
using InternVideoNext.Cli;
using InternVideoNext.Cli.Commands;
using InternVideoNext.Parity;
using InternVideoNext.Tests.Checkpoints;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Parity;

public sealed class ParitySuiteTests(ITestOutputHelper console) : IDisposable
{
    private readonly ParityFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_ReferenceFixtures_EveryQuantityAgrees()
    {
        var report = ParitySuite.Run(ParityFolder.Fixtures);
        foreach (var row in report.Rows) console.WriteLine(
            $"{row.File} {row.Quantity}: {row.MaxRelative:g3} of {row.Tolerance:g3} {row.Note}");
        Assert.Empty(report.Failures);
        Assert.True(report.Passed);
        Assert.Equal(7, report.Rows.Select(row => row.File).Distinct().Count());
        // One row for each result that the files hold.
        foreach (var file in report.Rows.GroupBy(row => row.File))
        {
            using var source = ReferenceFixture.Open(Path.GetFileNameWithoutExtension(file.Key));
            var results = source.Entries.Keys.Where(
                name => !name.StartsWith("weights.", StringComparison.Ordinal) && !name.StartsWith("input.", StringComparison.Ordinal)
                && name != "interp.input");
            Assert.Empty(results.Except(file.Select(row => row.Quantity)));
        }
    }

    [Fact]
    public void Run_PeerFixtures_EveryQuantityAgrees()
    {
        var report = ParitySuite.Run(Path.Combine(ParityFolder.Fixtures, "peers"));
        foreach (var row in report.Rows) console.WriteLine(
            $"{row.File} {row.Quantity}: {row.MaxRelative:g3} of {row.Tolerance:g3} {row.Note}");
        Assert.Empty(report.Failures);
        Assert.Equal(10, report.Rows.Select(row => row.File).Distinct().Count());
        foreach (var file in report.Rows.GroupBy(row => row.File))
        {
            using var source = ReferenceFixture.Open("peers/" + Path.GetFileNameWithoutExtension(file.Key));
            var results = source.Entries.Keys.Where(name => name.StartsWith("output.", StringComparison.Ordinal));
            Assert.Empty(results.Except(file.Select(row => row.Quantity)));
            Assert.All(file, row => Assert.True(row.Tolerance <= ParityTolerance.Peer));
        }
        Assert.Equal(2, report.Rows.Count(row => row.Quantity == "flax.*"));
    }

    [Theory]
    [InlineData("vjepa2", "weights.blocks.2.attn.qkv.bias", "output.tokens")]
    [InlineData("vjepa2", "weights.pooler.cross_attention_block.xattn.kv.weight", "output.pooled")]
    [InlineData("vjepa2", "input.rope.q", "output.rope.rotated")]
    [InlineData("vjepa2_hf", "weights.encoder.layer.1.attention.query.weight", "output.block.1")]
    [InlineData("vjepa2_probe_hf", "weights.pooler.query_tokens", "output.logits")]
    [InlineData("vjepa2_sincos", "output.pos_embed_resized", "output.pos_embed_resized")]
    [InlineData("videomae_v2", "weights.model.fc_norm.bias", "output.pooled")]
    [InlineData("videomae_hf", "weights.videomae.encoder.layer.0.attention.attention.v_bias", "output.block.0")]
    [InlineData("internvideo2", "weights.extra_mlp.1.fc2.bias", "output.pooled_ap")]
    [InlineData("internvideo2_sep", "weights.pos_embed_temporal", "output.embedded")]
    [InlineData("videoprism", "weights.temporal_embeddings.position_embeddings", "output.resized.temporal_embedded")]
    [InlineData("videoprism", "flax.params/spatial_ln/scale", "flax.*")]
    [InlineData("videoprism_lvt", "weights.video_model.head.per_dim_scale", "output.pooled")]
    public void RunFile_OnePeerTensorPerturbed_QuantityFails(string fixture, string tensor, string quantity)
    {
        var path = _folder.Change("peers/" + fixture, tensors => Perturb(tensors[tensor]));
        var row = Assert.Single(ParitySuite.RunFile(path), row => row.Quantity == quantity);
        console.WriteLine($"{row.MaxRelative:g3} of {row.Tolerance:g3}");
        Assert.False(row.Passed);
        Assert.True(row.MaxRelative > row.Tolerance, $"{row.Note}");
    }

    [Theory]
    [InlineData("encoder", "weights.blocks.1.attn.proj.weight", "output.tokens")]
    [InlineData("encoder", "weights.clip_projector.norm1_q.bias", "output.projected")]
    [InlineData("modernbert_layers", "weights.layers.3.attn.Wqkv.weight", "output.layer_out.3")]
    [InlineData("siglip2_vision", "weights.head.attention.in_proj_weight", "output.pool_attention")]
    [InlineData("diffusion_decoder", "weights.net.time_embed.mlp.0.weight", "output.network")]
    [InlineData("diffusion_decoder", "grad.net.cond_embed.weight", "grad.net.cond_embed.weight")]
    [InlineData("stage1", "weights.diff_pos_embed", "output.loss_diffusion")]
    [InlineData("stage1", "weights.final_clip_decoder.norm.bias", "output.loss_trajectory")]
    [InlineData("stage2", "weights.student.bert_mask_token", "output.prediction.1")]
    [InlineData("misc", "schedule.cosine_5ep_20it_warm1", "schedule.cosine_5ep_20it_warm1")]
    [InlineData("misc", "multiblock.0.visible_counts", "multiblock.0.visible_counts")]
    public void RunFile_OneTensorPerturbed_QuantityFails(string fixture, string tensor, string quantity)
    {
        var path = _folder.Change(fixture, tensors => Perturb(tensors[tensor]));
        var row = Assert.Single(ParitySuite.RunFile(path), row => row.Quantity == quantity);
        console.WriteLine($"{row.MaxRelative:g3} of {row.Tolerance:g3}");
        Assert.False(row.Passed);
        Assert.True(row.MaxRelative > row.Tolerance, $"{row.Note}");
    }

    [Fact]
    public void RunFile_MaskOrderExchanged_MaskFailsExactly()
    {
        var path = _folder.Change("stage1", tensors => tensors["input.sample_order"] = tensors["input.sample_order"].roll(1, 1));
        Assert.False(Assert.Single(ParitySuite.RunFile(path), row => row.Quantity == "input.mask").Passed);
    }

    [Fact]
    public void RunFile_QuantityMissingOrUnknown_IsReportedAsFailing()
    {
        var path = _folder.Change("encoder", tensors =>
        {
            tensors.Remove("output.projected");
            tensors["output.something"] = zeros(1);
        });
        var rows = ParitySuite.RunFile(path);
        Assert.Contains("missing", Assert.Single(rows, row => row.Quantity == "output.projected").Note, StringComparison.Ordinal);
        Assert.Contains("no check knows", Assert.Single(rows, row => row.Quantity == "output.something").Note, StringComparison.Ordinal);
        Assert.Equal(["output.projected", "output.something"], rows.Where(row => !row.Passed).Select(row => row.Quantity));
    }

    [Fact]
    public void RunFile_WeightMissing_FileFailsWithItsName()
    {
        var path = _folder.Change("encoder", tensors => tensors.Remove("weights.blocks.2.norm1.weight"));
        var rows = ParitySuite.RunFile(path);
        Assert.Contains("blocks.2.norm1.weight", rows[0].Note, StringComparison.Ordinal);
        Assert.DoesNotContain(rows, row => row.Passed);
    }

    [Fact]
    public void Run_UnreadableAndUnknownFiles_EachFailsWithTheReason()
    {
        File.WriteAllText(_folder["a.safetensors"], "not a safetensors file at all");
        _folder.Write("b", "{}", [KeyValuePair.Create("output.x", zeros(2))]);
        _folder.Write("c", "[", [KeyValuePair.Create("output.x", zeros(2))]);
        var report = ParitySuite.Run(_folder.Path);
        Assert.False(report.Passed);
        Assert.Contains(
            "not a known kind", Assert.Single(report.Rows, row => row is { File: "b.safetensors", Quantity: "(file)" }).Note,
            StringComparison.Ordinal);
        Assert.All(["a.safetensors", "c.safetensors"], file => Assert.NotEmpty(Assert.Single(report.Rows, row => row.File == file).Note!));
        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal("NaN", json.RootElement.GetProperty("rows")[0].GetProperty("max_relative").GetString());
    }

    [Fact]
    public async Task Command_FolderStates_ExitCodesAsDocumented()
    {
        Assert.Equal(2, (await CommandAsync(_folder["absent"])).Code);
        Assert.Equal(2, (await CommandAsync(_folder.Path)).Code);
        File.Copy(Path.Combine(ParityFolder.Fixtures, "encoder.safetensors"), _folder["encoder.safetensors"]);
        var (code, output) = await CommandAsync(_folder.Path, "--json", _folder["report.json"]);
        Assert.Equal(0, code);
        Assert.Contains("3 quantities of 1 files: 3 agree, 0 do not", output, StringComparison.Ordinal);
        Assert.Contains("output.projected", await File.ReadAllTextAsync(_folder["report.json"]), StringComparison.Ordinal);
        await File.WriteAllBytesAsync(_folder["damaged.safetensors"], [1]);
        Assert.Equal(1, (await CommandAsync(_folder.Path)).Code);
    }

    private static async Task<(int Code, string Output)> CommandAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var console = new InvocationConfiguration { Output = output, Error = output, EnableDefaultExceptionHandler = false };
        var code = await ErrorReport.GuardAsync(() => ParityCommand.Create().Parse(arguments).InvokeAsync(console), output);
        return (code, output.ToString());
    }

    // Large enough to be seen over the tolerances, in one place only where that decides.
    private static void Perturb(Tensor values)
    {
        using var noGrad = no_grad();
        if (values.is_floating_point()) values.flatten().narrow(0, values.numel() / 2, 1).add_(0.5);
        else values.add_(40);
    }
}
