using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: F images, L patches of an image, D width, S side in pixels

/// <summary>
/// The SigLIP2 vision tower: patch embedding with learned positions, pre-norm transformer layers, LayerNorm, attention
/// pooling. Parameter names as in Hugging Face's <c>vision_model</c>. Trainable: a frozen one is frozen by its holder.
/// </summary>
public sealed class SiglipVisionTower : Module<Tensor, IReadOnlyList<int>?, SiglipOutput>
{
    [ComponentName(Name = "embeddings")] private readonly SiglipEmbeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly Stack _encoder;
    [ComponentName(Name = "post_layernorm")] private readonly LayerNorm _postNorm;
    [ComponentName(Name = "head")] private readonly SiglipPoolingHead _head;

    internal SiglipVisionTower(SiglipConfig config, Generator generator)
        : base(nameof(SiglipVisionTower))
    {
        Config = config;
        _embeddings = new SiglipEmbeddings(config, generator);
        _encoder = new Stack(config, generator);
        _postNorm = Layers.LayerNorm(config.Width, config.Eps);
        _head = new SiglipPoolingHead(config, generator);
        RegisterComponents();
    }

    /// <summary>Sizes of this tower.</summary>
    public SiglipConfig Config { get; }

    /// <summary>The type of the weights; images are given in it.</summary>
    public ScalarType DataType => _embeddings.DataType;

    /// <summary>Runs the whole tower.</summary>
    /// <param name="pixels">
    /// [F, 3, S, S], mean = std = 0.5 normalised. Another size than configured gets bicubically resized positions.
    /// </param>
    /// <param name="layers">
    /// Whose input to keep: 0 is the first layer, <see cref="SiglipConfig.Depth"/> the last one's output. Null keeps none.
    /// </param>
    /// <exception cref="ArgumentException">Images that do not divide into patches, or a layer out of range.</exception>
    public override SiglipOutput forward(Tensor pixels, IReadOnlyList<int>? layers)
    {
        RequireFit(pixels, layers);
        using var scope = NewDisposeScope();
        var states = new Tensor[layers?.Count ?? 0];
        var stream = _embeddings.call(pixels); // [F, L, D]
        Keep(0);
        for (var i = 0; i < Config.Depth; i++)
        {
            stream = _encoder.Layers[i].call(stream);
            Keep(i + 1);
        }

        var tokens = _postNorm.forward(stream);
        var (pooled, attention) = _head.call(tokens);
        return new SiglipOutput(states, tokens, pooled, attention).MoveToOuterDisposeScope();

        void Keep(int layer)
        {
            for (var i = 0; i < states.Length; i++)
                if (layers![i] == layer) states[i] = stream.alias(); // its own handle: a layer may be asked for twice
        }
    }

    private void RequireFit(Tensor pixels, IReadOnlyList<int>? layers)
    {
        var patch = Config.PatchSize;
        if (pixels.dim() != 4 || pixels.size(1) != 3 || pixels.size(2) % patch != 0 || pixels.size(3) % patch != 0)
            throw new ArgumentException(
                $"pixels: shape [{string.Join(", ", pixels.shape)}] is not [F, 3, S, S] with S a multiple of patch_size ({patch}).",
                nameof(pixels));
        foreach (var layer in layers ?? [])
            if (layer < 0 || layer > Config.Depth)
                throw new ArgumentException($"layers: {layer} is not in 0..{Config.Depth} (depth).", nameof(layers));
    }

    // Gives the layers their prefix "encoder.layers".
    private sealed class Stack : Module
    {
        [ComponentName(Name = "layers")] public readonly ModuleList<SiglipLayer> Layers;

        public Stack(SiglipConfig config, Generator generator)
            : base(nameof(Stack))
        {
            Layers = ModuleList([.. Enumerable.Range(0, config.Depth).Select(_ => new SiglipLayer(config, generator))]);
            RegisterComponents();
        }
    }
}
