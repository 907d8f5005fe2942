using InternVideoNext.Models;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

/// <summary>The image tower against Hugging Face's.</summary>
public sealed class SiglipReferenceTests(ITestOutputHelper output)
{
    [Fact]
    public void Forward_ReferenceWeights_AgreesWithReference()
    {
        using var reference = ReferenceFile.Open("siglip2_vision");
        using var scope = NewDisposeScope();
        using var tower = new SiglipConfig
        {
            Width = reference.Size("hidden_size"),
            Intermediate = reference.Size("intermediate_size"),
            Depth = reference.Size("layers"),
            Heads = reference.Size("heads"),
            ImageSize = reference.Size("image_size"),
            PatchSize = reference.Size("patch_size"),
            Eps = reference.Info.GetProperty("layer_norm_eps").GetDouble(),
        }.Build(new Generator(1));
        reference.LoadInto(tower, "weights.");
        var depth = tower.Config.Depth;

        var seen = tower.forward(reference["input.pixel_values"], [.. Enumerable.Range(0, depth + 1)]);

        for (var i = 0; i < depth; i++)
        {
            Agree($"layer_in.{i}", seen.States[i], reference[$"output.layer_in.{i}"]);
            Agree($"layer_out.{i}", seen.States[i + 1], reference[$"output.layer_out.{i}"]);
        }

        Agree("last_hidden_state", seen.Tokens, reference["output.last_hidden_state"]);
        Agree("pooler_output", seen.Pooled, reference["output.pooler_output"]);
        Agree("pool_attention", seen.Attention, reference["output.pool_attention"]);
    }

    private void Agree(string name, Tensor actual, Tensor expected)
    {
        var difference = ReferenceFile.RelativeDifference(actual, expected);
        output.WriteLine($"{name}: largest relative difference {difference:g3}");
        Assert.True(difference <= 1e-4, $"{name}: {difference:g3}");
    }
}
