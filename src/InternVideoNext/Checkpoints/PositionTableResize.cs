using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>Resizes a table of positions for a module's clips: linearly over time, bicubically over space, class rows untouched.</summary>
/// <param name="key">The table's name in the module, for example <c>encoder.pos_embed</c>.</param>
/// <param name="source">The file's table on the CPU, [1, K + N, C] or [N, C]; not to be disposed or changed.</param>
/// <param name="targetShape">The shape that the module needs: as the source's but for the number of rows.</param>
/// <returns>The resized table, of <paramref name="targetShape"/>; <paramref name="source"/> itself if nothing changes.</returns>
public delegate Tensor PositionTableResize(string key, Tensor source, IReadOnlyList<long> targetShape);
