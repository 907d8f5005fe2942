using InternVideoNext.Masking;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

// Shapes: B clips, N tokens, Nm masked tokens, C encoder width, Cp predictor width.

/// <summary>
/// The composition E-P-D of the paper. It holds the parts and how they join; losses, teachers and masks belong to the stages.
/// Checkpoints carry the parameters under the reference's flat names (see <c>Checkpoints.ReferenceCheckpoint</c>).
/// </summary>
public sealed class EncoderPredictorDecoder : nn.Module
{
    [ComponentName(Name = "encoder")] private readonly VideoEncoder _encoder;
    [ComponentName(Name = "predictor")] private readonly Predictor? _predictor;
    [ComponentName(Name = "decoder")] private readonly DecoderSlot? _decoder;
    [ComponentName(Name = "alignment")] private readonly SemanticAlignment? _alignment;

    internal EncoderPredictorDecoder(ModelConfig config, Generator generator) : base(nameof(EncoderPredictorDecoder))
    {
        Config = config;
        _encoder = config.Encoder.Build(generator);
        _predictor = config.Predictor?.Build(config.Encoder, generator);
        _decoder = config.Decoder is null ? null : new DecoderSlot(
            ((DecoderConfig?[])[config.Decoder, config.PixelDecoder]).OfType<DecoderConfig>()
            .Select(decoder => (decoder.Key, Build(decoder, config.Encoder, _predictor?.Width ?? 0, generator))));
        _alignment = config.Alignment?.Build(config.Encoder, generator);
        RegisterComponents();
    }

    /// <summary>The configuration it was built from.</summary>
    public ModelConfig Config { get; }

    /// <summary>The video encoder.</summary>
    public VideoEncoder Encoder => _encoder;

    /// <summary>The predictor, if the model has one.</summary>
    public Predictor? Predictor => _predictor;

    /// <summary>The pixel decoder, if the model has one (Stage 1, or a Stage 2 with pixels).</summary>
    public IPixelDecoder? PixelDecoder => _decoder?.Find<IPixelDecoder>();

    /// <summary>The latent decoder, if the model has one (Stage 2).</summary>
    public LatentDecoder? LatentDecoder => _decoder?.Find<LatentDecoder>();

    /// <summary>The classifiers, if the model is trained with labels.</summary>
    public LabelHeads? LabelHeads => _decoder?.Find<LabelHeads>();

    /// <summary>The alignment heads, if the model has them (Stage 1).</summary>
    public SemanticAlignment? Alignment => _alignment;

    /// <summary>The predictor's output at the masked tokens.</summary>
    /// <param name="encoded">The encoder's residual stream, [B, classes + Nv, C].</param>
    /// <param name="mask">Where the visible tokens were, and which are asked for.</param>
    /// <returns>[B, Nm, Cp], in token order.</returns>
    /// <exception cref="InvalidOperationException">The model has no predictor.</exception>
    public Tensor PredictMasked(Tensor encoded, TokenMask mask)
    {
        var predictor = _predictor ?? throw new InvalidOperationException("this model has no predictor");
        using var scope = NewDisposeScope();
        var predicted = predictor.call(encoded, mask);                                          // [B, classes + N, Cp]
        var (batch, count) = (mask.Masked.size(0), mask.Masked.size(1));
        var index = (mask.Masked + Config.Encoder.ClassTokens).unsqueeze(-1).expand(batch, count, predicted.size(2));
        return predicted.gather(1, index).MoveToOuterDisposeScope();                            // [B, Nm, Cp]
    }

    private static nn.Module Build(DecoderConfig decoder, EncoderConfig encoder, int predictorWidth, Generator generator) => decoder switch
    {
        PixelDecoderConfig pixels => pixels.Build(predictorWidth, 3 * encoder.PatchSize * encoder.PatchSize, generator),
        LatentDecoderConfig latents => latents.Build(predictorWidth, encoder.Width, generator),
        LabelHeadsConfig labels => labels.Build(encoder.Width, generator),
        _ => throw new ArgumentOutOfRangeException(nameof(decoder), decoder.GetType().Name, "not a decoder"),
    };

    // Gives the decoder's parameters their reference names: decoder.diffloss.*, decoder.selfdist_decoder.*
    private sealed class DecoderSlot : nn.Module
    {
        public DecoderSlot(IEnumerable<(string Key, nn.Module Decoder)> decoders) : base("decoder")
        {
            foreach (var (key, decoder) in decoders) register_module(key, decoder);
        }

        // Not kept in fields: TorchSharp would register them a second time under the fields' names.
        public T? Find<T>() where T : class => named_children().Select(child => child.module).OfType<T>().SingleOrDefault();
    }
}
