using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.PackageTests;

// Shapes: B clips, N tokens, M masked tokens, Cp predictor width, P numbers of a patch, T frames, L tokens a frame.

/// <summary>Hides a random set of places, the same in every frame of every clip.</summary>
public sealed record SharedMaskingConfig : MaskingConfig
{
    public double Hidden { get; init; } = 0.5;

    public override IMaskingPolicy Build(TokenGrid grid) => new SharedMasking(Hidden, grid);
}

public sealed class SharedMasking(double share, TokenGrid grid) : IMaskingPolicy
{
    public IReadOnlyList<TokenMask> Draw(int batch, Tensor? saliency, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        var places = grid.Width * grid.Height;
        var order = random.Permutation(places).data<long>().ToArray();
        var hidden = order.Take((int)(share * places)).ToHashSet();
        var tokens = Enumerable.Range(0, grid.Tokens).ToLookup(token => hidden.Contains(token % places));
        return [TokenMask.FromIndices(Rows(false), Rows(true))];

        Tensor Rows(bool isHidden) =>
            tensor(tokens[isHidden].Select(t => (long)t).ToArray()).expand(batch, -1).contiguous().DetachFromDisposeScope();
    }
}

/// <summary>A linear map of every token.</summary>
public sealed record MapPredictorConfig : PredictorConfig
{
    public required int Channels { get; init; }

    public override int OutputWidth => Channels;

    public override int LayerCount => 1;

    public override void Validate() => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Channels);

    public override PredictorBody BuildBody(Generator generator) => new MapBody(Channels, generator);
}

public sealed class MapBody : PredictorBody
{
    private readonly Linear _map;

    public MapBody(int width, Generator generator) : base(nameof(MapBody), width)
    {
        _map = Drawn.Linear(width, width, generator);
        RegisterComponents();
    }

    public override IReadOnlyList<Tensor> LayerOutputs(Tensor input) => [_map.call(input)];     // [B, N, Cp]
}

/// <summary>A linear map trained with the absolute error.</summary>
public sealed record MedianDecoderConfig : PixelDecoderConfig
{
    public override void Validate()
    {
    }

    public override PixelDecoder Build(int predictorWidth, int pixels, Generator generator) =>
        new MedianDecoder(predictorWidth, pixels, generator);
}

public sealed class MedianDecoder : PixelDecoder
{
    private readonly Linear _map;

    public MedianDecoder(int predictorWidth, int pixels, Generator generator) : base(nameof(MedianDecoder))
    {
        _map = Drawn.Linear(predictorWidth, pixels, generator);
        RegisterComponents();
    }

    public override Tensor TokenLoss(Tensor target, Tensor z, TensorRandom random) =>
        (_map.call(z).to(float32) - target.to(float32)).abs().mean([-1]);                       // [M]

    public override Tensor Reconstruct(Tensor z, TensorRandom random, int samplingSteps, double temperature)
    {
        using var noGrad = no_grad();
        return _map.call(z).to(float32);                                                        // [M, P]
    }
}

/// <summary>Knows every patch's mean colour, and finds bright ones salient.</summary>
public sealed record ColourTeacherConfig : ImageTeacherConfig
{
    public required int Side { get; init; }

    public override IImageTeacher Build(Device device, ScalarType type, ulong seed) => new ColourTeacher(Side);
}

public sealed class ColourTeacher(int side) : IImageTeacher
{
    public int Width => 3;

    public int GridSide => side;

    public TeacherOutput Observe(Tensor video, int alignedLayers)
    {
        using var scope = NewDisposeScope();
        var patches = nn.functional.adaptive_avg_pool3d(video.to(float32), [video.size(2), side, side]); // [B, 3, T, h, w]
        var tokens = patches.flatten(2).transpose(1, 2);                                                 // [B, N, 3]
        var states = nn.functional.normalize(tokens, p: 2, dim: -1);
        var saliency = tokens.mean([2]).reshape(-1, side * side).softmax(-1);                            // [B T, L]
        return new TeacherOutput(states.expand(Math.Max(alignedLayers, 1), -1, -1, -1), states.mean([1]), saliency)
            .MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
    }
}

internal static class Drawn
{
    public static Linear Linear(int inputs, int outputs, Generator generator)
    {
        var layer = nn.Linear(inputs, outputs);
        WeightInitialization.XavierUniform(layer.weight!, generator);
        WeightInitialization.Fill(layer.bias!, 0);
        return layer;
    }
}
