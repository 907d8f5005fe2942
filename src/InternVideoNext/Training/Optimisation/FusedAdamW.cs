using InternVideoNext.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>libtorch's fused AdamW, which TorchSharp does not bind, reached through a compiled TorchScript function.</summary>
internal static class FusedAdamW
{
    private const string Source =
        """
        def update(weights: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor],
                   steps: List[Tensor], bad: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float) -> int:
            torch._fused_adamw_(weights, gradients, first, second, [], steps, lr=lr, beta1=beta1, beta2=beta2,
                                weight_decay=decay, eps=eps, amsgrad=False, maximize=False, found_inf=bad[0])
            return 0

        """;

    public static jit.CompilationUnit Compile() => jit.compile(Source);

    /// <summary>One update of one group. <paramref name="bad"/> = 1 leaves everything as it is.</summary>
    public static void Update(
        jit.CompilationUnit kernel, FlatGroup group, Tensor gradient, Tensor updates, Tensor bad, double learningRate, double decay,
            TrainingConfig config)
    {
        // Held through the call: see Operators.RmsNorm.
        using Scalar rate = learningRate.ToScalar(), beta1 = config.Beta1.ToScalar(), beta2 = config.Beta2.ToScalar(),
            weightDecay = decay.ToScalar(), eps = config.Epsilon.ToScalar();
        kernel.invoke("update", One(group.Master), One(gradient), One(group.FirstMoment), One(group.SecondMoment), One(updates), One(bad),
            rate, beta1, beta2, weightDecay, eps);
    }

    private static Tensor[] One(Tensor tensor) => [tensor];
}
