using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

/// <summary>The predictor's layers against ModernBERT's, and the whole of it inside the authors' Stage 2 step.</summary>
public sealed class PredictorReferenceTests(ITestOutputHelper output)
{
    [Fact]
    public void Body_ReferenceLayers_AgreeOneByOne()
    {
        using var reference = ReferenceFile.Open("modernbert_layers");
        using var scope = NewDisposeScope();
        var count = reference.Size("layers");
        using var body = new ModernBertPredictorConfig
        {
            Width = reference.Size("hidden_size"),
            Heads = reference.Size("heads"),
            Intermediate = reference.Size("intermediate_size"),
            LayerIds = [.. Enumerable.Range(0, count)],
            LocalAttention = reference.Size("local_attention"),
            GlobalEvery = reference.Size("global_every"),
            GlobalTheta = reference.Info.GetProperty("global_rope_theta").GetDouble(),
            LocalTheta = reference.Info.GetProperty("local_rope_theta").GetDouble(),
        }.BuildBody(new Generator(1));
        reference.LoadInto(body, "weights.", name => !name.StartsWith("layers.", StringComparison.Ordinal));

        var outputs = body.LayerOutputs(reference["output.layer_in.0"]);

        Assert.Equal(count, outputs.Count);
        for (var i = 0; i < count; i++) Agree($"layer_out.{i}", outputs[i], reference[$"output.layer_out.{i}"]);
        using var last = body.forward(reference["output.layer_in.0"]);
        Agree("forward", last, reference[$"output.layer_out.{count - 1}"]);
    }

    [Fact]
    public void Forward_ReferenceStage2_PredictionsAgree()
    {
        using var reference = ReferenceFile.Open("stage2");
        using var sizes = ReferenceFile.Open("stage1");
        using var scope = NewDisposeScope();
        var config = new EncoderConfig
        {
            Width = sizes.Size("embed_dim"),
            Depth = sizes.Size("depth"),
            Heads = sizes.Size("heads"),
            ImageSize = sizes.Size("image_size"),
            PatchSize = sizes.Size("patch_size"),
            Frames = sizes.Size("frames"),
            PoolHeads = 4,
            PoolWidth = sizes.Size("clip_embed_dim"),
        };
        using var encoder = config.Build(new Generator(1));
        using var predictor = new ModernBertPredictorConfig
        {
            Width = sizes.Size("predictor_dim"),
            Heads = sizes.Size("predictor_heads"),
            Intermediate = sizes.Size("predictor_intermediate"),
            LocalAttention = sizes.Size("local_attention"),
        }.Build(config, new Generator(1));
        using var decoder = new ProjectionHead(sizes.Size("predictor_dim"), config.Width, 0.02, new Generator(1));
        const string Student = "weights.student.";
        var ours = encoder.named_parameters().Concat(predictor.named_parameters()).Select(p => p.name).ToHashSet();
        reference.LoadInto(encoder, Student, name => !name.StartsWith("blocks.", StringComparison.Ordinal) || ours.Contains(name));
        reference.LoadInto(predictor, Student, name => !name.StartsWith("bert_", StringComparison.Ordinal));
        reference.LoadInto(decoder, Student + "selfdist_decoder.");

        for (var i = 0; i < 2; i++)
        {
            var masked = reference[$"input.mask.{i}"].to(@bool);
            var mask = TokenMask.FromBoolean(masked, masked.size(1) - masked[0].sum().item<long>());
            var predicted = predictor.forward(encoder.forward(reference["input.video"], mask.Visible, null).Tokens, mask);
            var chosen = TokenGather.Select(predicted, mask.Masked + config.ClassTokens);
            Agree($"prediction.{i}", nn.functional.normalize(decoder.forward(chosen), dim: -1), reference[$"output.prediction.{i}"]);
        }
    }

    private void Agree(string name, Tensor actual, Tensor expected)
    {
        var difference = ReferenceFile.RelativeDifference(actual, expected);
        output.WriteLine($"{name}: largest relative difference {difference:g3}");
        Assert.True(difference <= 1e-4, $"{name}: {difference:g3}");
    }
}
