using InternVideoNext.Checkpoints;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>The predictor's layers, one by one, with global and local attention (method, section 2).</summary>
internal static class ModernBertParity
{
    private static readonly KeyMap Map = new("ModernBERT reference layers",
    [
        KeyRule.Map("layers.{i}.{rest}", "layers.{i}.{rest}"),
        KeyRule.Ignore("embeddings.{rest}", "word embeddings: the predictor reads video tokens"),
        KeyRule.Ignore("final_norm.{rest}", "the predictor has no final normalisation"),
    ]);

    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        using var noGrad = no_grad();
        var config = ReferenceSizes.Layers(reference, "weights.layers.") with { Heads = reference.Require("heads") };
        using var body = ReferenceModels.Load(config.BuildBody, reference, "weights.", Map);
        var input = reference["output.layer_in.0"];

        if (reference.Has("input.inputs_embeds") && reference.Has("weights.embeddings.norm.weight"))
        {
            var embedded = nn.functional.layer_norm(
                reference["input.inputs_embeds"], [config.Width], reference["weights.embeddings.norm.weight"], eps: config.NormEps);
            rows.Compare("output.layer_in.0", embedded, ParityTolerance.Output);
        }
        else
        {
            rows.Compare("output.layer_in.0", input, ParityTolerance.Output, "taken as given: the file has no embedding before it");
        }
        var outputs = body.LayerOutputs(input);
        for (var i = 0; i < outputs.Count; i++)
        {
            if (i > 0) rows.Compare($"output.layer_in.{i}", outputs[i - 1], ParityTolerance.Output);
            rows.Compare($"output.layer_out.{i}", outputs[i], ParityTolerance.Output);
        }
    }
}
