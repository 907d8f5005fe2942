using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Ablations;

/// <summary>The tables that the rows are put in.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AblationTable>))]
public enum AblationTable
{
    /// <summary>What Stage 1 consists of: the paper's ablation of semantic-guided pixel reconstruction.</summary>
    Stage1,

    /// <summary>What Stage 2 consists of: the paper's ablation of latent prediction.</summary>
    Stage2,

    /// <summary>Neighbouring methods as recipes of the same blocks.</summary>
    Neighbours,

    /// <summary>What is to be had without pre-training, and at most.</summary>
    Bounds,
}
