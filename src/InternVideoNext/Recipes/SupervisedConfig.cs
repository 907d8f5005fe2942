using InternVideoNext.Foundation;
using InternVideoNext.Models;

namespace InternVideoNext.Recipes;

/// <summary>
/// Training of the same encoder with labels: what its size can know of a data set. No stage of the method; an upper bound
/// beside the ablations. Every token is seen (<see cref="RunConfig.Masking"/> is not used).
/// </summary>
[Kind("supervised")]
public sealed record SupervisedConfig : RunConfig
{
    /// <inheritdoc/>
    public override void Validate()
    {
        var check = new ConfigCheck("supervised");
        check.Include(base.Validate);
        check.That(Model.Decoder is LabelHeadsConfig, "model.decoder is not label_heads; supervised training needs classifiers")
            .ThrowIfAny();
    }
}
