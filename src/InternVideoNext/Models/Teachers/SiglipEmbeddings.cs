using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: F images, g patches along a side, P patch side, L = g g patches, D width

/// <summary>Patch embedding and learned positions of SigLIP2; a convolution computed as a matrix product over patches.</summary>
internal sealed class SiglipEmbeddings : Module<Tensor, Tensor>
{
    private readonly SiglipConfig _config;
    [ComponentName(Name = "patch_embedding")] private readonly Conv2d _projection;
    [ComponentName(Name = "position_embedding")] private readonly Embedding _positions;

    public SiglipEmbeddings(SiglipConfig config, Generator generator)
        : base(nameof(SiglipEmbeddings))
    {
        _config = config;
        var pixels = 3.0 * config.PatchSize * config.PatchSize;
        _projection = Layers.Detach(Conv2d(3, config.Width, config.PatchSize, stride: config.PatchSize));
        WeightInitialization.TruncatedNormal(_projection.weight, 1 / Math.Sqrt(pixels), generator);
        WeightInitialization.Fill(_projection.bias!, 0);
        _positions = Layers.Detach(Embedding(config.GridSide * config.GridSide, config.Width));
        WeightInitialization.TruncatedNormal(_positions.weight!, 1 / Math.Sqrt(config.Width), generator);
        RegisterComponents();
    }

    public ScalarType DataType => _projection.weight.dtype;

    // [F, 3, gP, gP] -> [F, L, D]
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var patch = _config.PatchSize;
        var (images, rows, columns) = (input.size(0), input.size(2) / patch, input.size(3) / patch);
        var patches = input.reshape(images, 3, rows, patch, columns, patch)
            .permute(0, 2, 4, 1, 3, 5) // [F, g, g, 3, P, P]
            .reshape(images, rows * columns, 3L * patch * patch); // [F, L, 3PP]
        var tokens = functional.linear(patches, _projection.weight.flatten(1), _projection.bias!); // [F, L, D]
        return (tokens + Positions((int)rows, (int)columns)).MoveToOuterDisposeScope();
    }

    private Tensor Positions(int rows, int columns)
    {
        var (stored, asked) = (new TokenGrid(1, _config.GridSide, _config.GridSide), new TokenGrid(1, rows, columns));
        var table = _positions.weight!.unsqueeze(0); // [1, L, D]
        return stored == asked ? table : PositionTable.Resize(table, stored, asked, classTokens: 0);
    }
}
