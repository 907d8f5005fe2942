using InternVideoNext.Models;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>The image teacher's tower: every layer, pooled vector, pooling attention (method, section 4).</summary>
internal static class SiglipParity
{
    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        using var noGrad = no_grad();
        var patches = reference.Shape("weights.embeddings.patch_embedding.weight");
        var config = new SiglipConfig
        {
            Width = (int)patches[0],
            PatchSize = (int)patches[^1],
            Intermediate = (int)reference.Shape("weights.encoder.layers.0.mlp.fc1.weight")[0],
            Depth = reference.Count("weights.encoder.layers."),
            Heads = reference.Require("heads"),
            ImageSize = (int)patches[^1] * (int)Math.Round(Math.Sqrt(reference.Shape("weights.embeddings.position_embedding.weight")[0])),
            Eps = reference.Number("layer_norm_eps") ?? 1e-6,
        };
        using var tower = ReferenceModels.Load(config.Build, reference, "weights.", ReferenceModels.SameNames);

        var seen = tower.forward(reference["input.pixel_values"], [.. Enumerable.Range(0, config.Depth + 1)]);
        for (var i = 0; i < config.Depth; i++)
        {
            rows.Compare($"output.layer_in.{i}", seen.States[i], ParityTolerance.Output);
            rows.Compare($"output.layer_out.{i}", seen.States[i + 1], ParityTolerance.Output);
        }
        rows.Compare("output.last_hidden_state", seen.Tokens, ParityTolerance.Output);
        rows.Compare("output.pooler_output", seen.Pooled, ParityTolerance.Output);
        rows.Compare("output.pool_attention", seen.Attention, ParityTolerance.Output);
    }
}
