using InternVideoNext.Checkpoints;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>Files of other systems' encoders as they are released, made of the reference files' weights.</summary>
internal static class PeerFiles
{
    /// <summary>Writes the weights under their released names, and beside them what a Hugging Face <c>config.json</c> states.</summary>
    /// <returns>The weights' path.</returns>
    public static string Write(TemporaryFolder folder, string fixture, string prefix = "weights.")
    {
        using var scope = NewDisposeScope();
        using var reference = ReferenceFile.Open("peers/" + fixture);
        var path = folder[fixture + ".safetensors"];
        SafetensorsWriter.Write(
            path,
            reference.Tensors.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
                .Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value)));
        File.WriteAllText(
            folder["config.json"],
            $$"""{"num_attention_heads": {{reference.Size("heads")}}, "crop_size": {{reference.Size("image_size")}}}""");
        return path;
    }
}
