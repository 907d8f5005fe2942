namespace InternVideoNext.Native;

/// <summary>The kernels among which libtorch chooses for <c>scaled_dot_product_attention</c>, by its own numbers.</summary>
internal enum AttentionKernel
{
    /// <summary>Products and a softmax, all probabilities in memory.</summary>
    Math = 0,

    /// <summary>FlashAttention; on the CPU libtorch's own of that kind.</summary>
    Flash = 1,

    /// <summary>The memory-efficient kernel of CUDA.</summary>
    MemoryEfficient = 2,

    /// <summary>cuDNN's.</summary>
    CuDnn = 3,
}
