using InternVideoNext.Foundation;
using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Modules;

/// <summary>
/// Activation checkpointing: runs part of a network without keeping its intermediates, and computes them again when the
/// gradient comes by (Chen et al. 2016). Losses and gradients are the same up to rounding; a forward pass of the part is paid
/// for memory.
/// </summary>
/// <remarks>
/// The random draws of the second pass are those of the first, from a fork of their source, and the outputs are equal to
/// the bit. Gradients are so where nothing else reads the part's input; where something does (an alignment of that layer),
/// or parameters are used several times a step, three or more terms are added in another order. Make one for each forward pass.
/// </remarks>
public sealed class Recomputation
{
    // Backward may run on a thread of libtorch, where no dispose scope collects what it hands over.
    private Tensor? _handedOver;

    /// <summary>Runs <paramref name="part"/> so that only its input and output stay in memory.</summary>
    /// <param name="part">A function of its input, of parameters, and of draws from the source that it is given; called twice.</param>
    /// <param name="input">Its input. Where it asks for no gradient, or none is recorded, the part is simply called.</param>
    /// <param name="random">What the part draws from; null where it draws nothing.</param>
    /// <returns>What the part returns.</returns>
    public Tensor Run(Func<Tensor, TensorRandom?, Tensor> part, Tensor input, TensorRandom? random)
    {
        if (!is_grad_enabled() || !input.requires_grad) return part(input, random);
        using var scope = NewDisposeScope();
        return RecomputedPart.apply(input, new Replay(this, part, random)).MoveToOuterDisposeScope();
    }

    /// <summary>Runs a part as it was run the first time.</summary>
    private sealed class Replay(Recomputation pass, Func<Tensor, TensorRandom?, Tensor> part, TensorRandom? random)
    {
        private readonly TensorRandom? _again = random?.Fork();

        /// <summary>Where an error of the backward pass goes.</summary>
        public BackwardErrors? Errors { get; } = BackwardErrors.Current;

        public Tensor Forward(Tensor input) => part(input, random);

        /// <summary>The gradient of the input; those of the parameters are added to what they hold.</summary>
        public Tensor Backward(Tensor input, Tensor gradient)
        {
            using var recording = enable_grad();
            using var scope = NewDisposeScope();
            using var again = _again;
            var leaf = input.detach().requires_grad_();
            part(leaf, again).backward([gradient]);
            Errors?.ThrowIfAny(); // of operators within
            pass._handedOver?.Dispose();
            return pass._handedOver = leaf.grad!.MoveToOuterDisposeScope();
        }
    }

    private sealed class RecomputedPart : autograd.SingleTensorFunction<RecomputedPart>
    {
        private const string Key = "replay";

        public override string Name => nameof(RecomputedPart);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (input, replay) = ((Tensor)vars[0], (Replay)vars[1]);
            ctx.save_for_backward([input]);
            ctx.save_data(Key, replay);
            return replay.Forward(input);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var scope = NewDisposeScope();
            using var own = grad_output;
            var replay = (Replay)ctx.get_data(Key);
            var input = ctx.get_saved_variables()[0];
            return BackwardErrors.Guard(
                replay.Errors, [input, null], () => [replay.Backward(input, grad_output).MoveToOuterDisposeScope(), null!]);
        }
    }
}
