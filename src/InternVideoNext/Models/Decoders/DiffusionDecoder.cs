using System.Text.Json.Serialization;
using InternVideoNext.Diffusion;
using InternVideoNext.Foundation;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

// Shapes: M masked tokens, P numbers in a token's patch, Cp predictor width, W decoder width.

/// <summary>The Stage 1 default: a per-token diffusion decoder. The defaults are the released model's.</summary>
[Kind("diffusion")]
public sealed record DiffusionDecoderConfig : PixelDecoderConfig
{
    /// <summary>W, width of the denoising network.</summary>
    public int Width { get; init; } = 1536;

    /// <summary>Residual blocks of the denoising network.</summary>
    public int Depth { get; init; } = 6;

    /// <summary>Steps of the diffusion in training.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Noise levels that each token is seen at in one step of training; the paper's is 1.</summary>
    public int NoiseLevels { get; init; } = 1;

    /// <summary>
    /// Share of the masked tokens that a step's pixel loss reads, drawn anew each step: less trades the decoder's part of a step's time for
    /// noise.
    /// </summary>
    public double TokenShare { get; init; } = 1;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Key => "diffloss";

    /// <inheritdoc/>
    public override DiffusionDecoder Build(int predictorWidth, int pixels, Generator generator)
    {
        Check().Positive("predictor width", predictorWidth).Positive("pixels of a patch", pixels).ThrowIfAny();
        return new DiffusionDecoder(this, predictorWidth, pixels, generator);
    }

    /// <inheritdoc/>
    public override void Validate() => Check().ThrowIfAny();

    /// <inheritdoc/>
    [JsonIgnore]
    public override double ReadShare => TokenShare * NoiseLevels;

    /// <inheritdoc/>
    public override BlockDescription Describe(EncoderConfig encoder, int predictorWidth, string key, double masked)
    {
        const long TimeFeatures = 256;
        var pixels = 3L * encoder.PatchSize * encoder.PatchSize;
        var (width, tokens, net) = ((long)Width, BlockTree.Tokens([masked]), key + "net.");
        return BlockTree.Block(Key, key, nameof(DiffusionDecoder), Section, $"[{tokens}, {predictorWidth}] -> [{tokens}, {2 * pixels}]",
            // The process and the loss in float32: noisy pixels, noise, target, both halves of the answer and their losses.
            default, masked * 12 * pixels, 1,
            BlockTree.Block(
                "time_embed", net + "time_embed.", nameof(DiffusionDecoderTimeEmbedding), Section,
                $"[{tokens}, {TimeFeatures}] -> [{tokens}, {width}]",
                Cost.Linear(masked, TimeFeatures, width) + Cost.Linear(masked, width, width), masked * (TimeFeatures + (2 * width))),
            BlockTree.Block(
                "cond_embed", net + "cond_embed.", nameof(TorchSharp.Modules.Linear), Section,
                $"[{tokens}, {predictorWidth}] -> [{tokens}, {width}]",
                Cost.Linear(masked, predictorWidth, width), masked * (predictorWidth + (2 * width))),
            BlockTree.Block(
                "input_proj", net + "input_proj.", nameof(TorchSharp.Modules.Linear), Section,
                $"[{tokens}, {pixels}] -> [{tokens}, {width}]",
                Cost.Linear(masked, pixels, width), masked * pixels),
            BlockTree.Block(
                BlockTree.Range("res_blocks", Depth), net + "res_blocks.", nameof(DiffusionDecoderBlock), Section, $"[{tokens}, {width}]",
                Cost.Table(2 * width) + Cost.Linear(masked, width, width) + Cost.Linear(masked, width, width)
                    + Cost.Linear(masked, width, 3 * width),
                // Norm's input and output, shift, scale, gate, modulated, both sides of the activation, the branch.
                masked * 9 * width, Depth),
            BlockTree.Block(
                "final_layer", net + "final_layer.", nameof(DiffusionDecoderFinalLayer), Section,
                $"[{tokens}, {width}] -> [{tokens}, {2 * pixels}]",
                Cost.Linear(masked, width, 2 * pixels) + Cost.Linear(masked, width, 2 * width), masked * 5 * width));
    }

    private ConfigCheck Check() => new ConfigCheck("model.decoder")
        .InRange("width", Width, 1, ConfigLimits.Width)
        .InRange("depth", Depth, 1, ConfigLimits.Depth)
        .InRange("steps", Steps, 2, ConfigLimits.NoiseSteps)
        .InRange("noise_levels", NoiseLevels, 1, ConfigLimits.Depth)
        .Require(TokenShare is > 0 and <= 1, "token_share", TokenShare, "must lie in (0, 1]");
}

/// <summary>
/// Models p(patch | z) for each masked token with a small denoising network (Li et al. 2024, "Autoregressive image
/// generation without vector quantization": the diffusion loss). The network runs in the type of its weights; the process
/// and the loss are always computed in float32.
/// </summary>
public sealed class DiffusionDecoder : PixelDecoder
{
    [ComponentName(Name = "net")] private readonly DiffusionDecoderNetwork _net;
    private readonly DiffusionProcess _process;
    private readonly int _pixels;

    internal DiffusionDecoder(DiffusionDecoderConfig config, int predictorWidth, int pixels, Generator generator)
        : base(nameof(DiffusionDecoder))
    {
        (Config, _pixels) = (config, pixels);
        _process = new DiffusionProcess(NoiseSchedule.Cosine(config.Steps));
        _net = new DiffusionDecoderNetwork(pixels, predictorWidth, config.Width, config.Depth, generator);
        RegisterComponents();
    }

    /// <summary>Its sizes, and how its loss is drawn.</summary>
    public DiffusionDecoderConfig Config { get; }

    /// <summary>The training process; sampling uses respaced versions of its schedule.</summary>
    public DiffusionProcess Process => _process;

    /// <summary>The denoising network.</summary>
    public DiffusionDecoderNetwork Network => _net;

    /// <summary>Both parts of the loss for given draws.</summary>
    /// <param name="target">The tokens' pixels, [M, P].</param>
    /// <param name="z">The predictor's output, [M, Cp].</param>
    /// <param name="t">Each token's step, [M] int64, 0 .. Steps - 1.</param>
    /// <param name="noise">Standard normal numbers, [M, P].</param>
    /// <returns>[M] each; gradient flows into the network and <paramref name="z"/>.</returns>
    public DiffusionLoss Loss(Tensor target, Tensor z, Tensor t, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var noisy = _process.Diffuse(target, t, noise);
        var output = _net.call(noisy, t, z);
        return _process.Loss(output, target, t, noise).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor TokenLoss(Tensor target, Tensor z, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        return TokenLoss(target, z, DrawTimesteps(target.size(0), random), random).MoveToOuterDisposeScope();
    }

    /// <summary>Timesteps for training, uniform.</summary>
    /// <param name="tokens">M.</param>
    /// <param name="random">Source of the draws; they lie on its device.</param>
    /// <returns>[M] int64, 0 .. Steps - 1.</returns>
    public Tensor DrawTimesteps(long tokens, TensorRandom random) => random.Integers(_process.Schedule.Steps, tokens);

    /// <summary>The loss of every token at given timesteps.</summary>
    /// <param name="target">The tokens' pixels, [M, P].</param>
    /// <param name="z">The predictor's output, [M, Cp].</param>
    /// <param name="t">Each token's step, [M] int64.</param>
    /// <param name="random">Source of the noise.</param>
    /// <returns>[M] float32.</returns>
    public Tensor TokenLoss(Tensor target, Tensor z, Tensor t, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        return Loss(target, z, t, random.Normal(target.shape)).Total().MoveToOuterDisposeScope();
    }

    /// <summary>Samples pixels with given noise, without gradient.</summary>
    /// <param name="z">The predictor's output, [M, Cp].</param>
    /// <param name="initial">Standard normal numbers to begin from, [M, P].</param>
    /// <param name="noises">The noise of the j-th step done, [M, P]. Not asked at the last step.</param>
    /// <param name="samplingSteps">Steps, evenly spread over the training steps, 2 .. Steps.</param>
    /// <param name="temperature">Factor of the noise, at least 0.</param>
    /// <returns>[M, P] float32.</returns>
    public Tensor Sample(Tensor z, Tensor initial, Func<int, Tensor> noises, int samplingSteps, double temperature = 1.0)
    {
        using var gradient = no_grad();
        using var sampler = new DiffusionProcess(_process.Schedule.Respace(samplingSteps));
        using var condition = _net.Condition(z);
        return sampler.Sample((noisy, told) => _net.Denoise(noisy, told, condition), initial, noises, temperature);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="samplingSteps"/> is not in 2 .. Steps, or <paramref name="temperature"/> is negative.
    /// </exception>
    public override Tensor Reconstruct(Tensor z, TensorRandom random, int samplingSteps, double temperature)
    {
        using var gradient = no_grad();
        using var initial = random.Normal(z.size(0), _pixels);
        return Sample(z, initial, _ => random.Normal(z.size(0), _pixels), samplingSteps, temperature);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _process.Dispose();
        base.Dispose(disposing);
    }
}
