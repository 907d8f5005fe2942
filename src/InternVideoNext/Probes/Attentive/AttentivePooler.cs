using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: B clips, N tokens, C width, H heads, D head width.

/// <summary>Tokens [B, N, C] to one vector [B, C].</summary>
internal sealed class AttentivePooler : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "query_tokens")]
    private readonly Parameter _query; // [1, 1, C]

    [ComponentName(Name = "blocks")]
    private readonly ModuleList<TokenBlock> _blocks;

    [ComponentName(Name = "cross_attention_block")]
    private readonly PoolingBlock _pooling;

    public AttentivePooler(AttentiveProbeConfig config) : base(nameof(AttentivePooler))
    {
        _query = new Parameter(zeros(1, 1, config.Width).DetachFromDisposeScope());
        _blocks = new ModuleList<TokenBlock>([.. Enumerable.Range(1, config.Blocks - 1).Select(_ => new TokenBlock(config))]);
        _pooling = new PoolingBlock(config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input;
        foreach (var block in _blocks) x = block.forward(x);
        return _pooling.forward(_query, x).squeeze(1).MoveToOuterDisposeScope();
    }
}

/// <summary>The last block: the query [1, 1, C] attends to the normalised tokens [B, N, C]; gives [B, 1, C].</summary>
internal sealed class PoolingBlock : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "norm1")]
    private readonly LayerNorm _norm1;

    [ComponentName(Name = "xattn")]
    private readonly QueryAttention _attention;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm _norm2;

    [ComponentName(Name = "mlp")]
    private readonly ProbeMlp _mlp;

    public PoolingBlock(AttentiveProbeConfig config) : base(nameof(PoolingBlock))
    {
        _norm1 = nn.LayerNorm(config.Width, config.NormEps);
        _attention = new QueryAttention(config);
        _norm2 = nn.LayerNorm(config.Width, config.NormEps);
        _mlp = new ProbeMlp(config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor query, Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var q = query + _attention.forward(query, _norm1.forward(tokens)); // [B, 1, C]
        return (q + _mlp.forward(_norm2.forward(q))).MoveToOuterDisposeScope();
    }
}

/// <summary>Multi-head attention of queries to tokens, without output projection.</summary>
internal sealed class QueryAttention : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly int _heads;

    [ComponentName(Name = "q")]
    private readonly Linear _q;

    [ComponentName(Name = "kv")]
    private readonly Linear _kv;

    public QueryAttention(AttentiveProbeConfig config) : base(nameof(QueryAttention))
    {
        _heads = config.Heads;
        _q = nn.Linear(config.Width, config.Width);
        _kv = nn.Linear(config.Width, 2L * config.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor query, Tensor tokens)
    {
        using var scope = NewDisposeScope();
        long batch = tokens.size(0), count = tokens.size(1), width = tokens.size(2);
        var q = _q.forward(query).reshape(1, 1, _heads, -1).transpose(1, 2).expand(batch, _heads, 1, -1);       // [B, H, 1, D]
        var kv = _kv.forward(tokens).reshape(batch, count, 2, _heads, -1).permute(2, 0, 3, 1, 4);               // [2, B, H, N, D]
        var pooled = nn.functional.scaled_dot_product_attention(q, kv[0], kv[1]);                              // [B, H, 1, D]
        return pooled.transpose(1, 2).reshape(batch, 1, width).MoveToOuterDisposeScope();
    }
}

/// <summary>A pre-norm transformer block over the tokens.</summary>
internal sealed class TokenBlock : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")]
    private readonly LayerNorm _norm1;

    [ComponentName(Name = "attn")]
    private readonly TokenAttention _attention;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm _norm2;

    [ComponentName(Name = "mlp")]
    private readonly ProbeMlp _mlp;

    public TokenBlock(AttentiveProbeConfig config) : base(nameof(TokenBlock))
    {
        _norm1 = nn.LayerNorm(config.Width, config.NormEps);
        _attention = new TokenAttention(config);
        _norm2 = nn.LayerNorm(config.Width, config.NormEps);
        _mlp = new ProbeMlp(config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input + _attention.forward(_norm1.forward(input));
        return (x + _mlp.forward(_norm2.forward(x))).MoveToOuterDisposeScope(); // [B, N, C]
    }
}

/// <summary>Multi-head self-attention.</summary>
internal sealed class TokenAttention : nn.Module<Tensor, Tensor>
{
    private readonly int _heads;

    [ComponentName(Name = "qkv")]
    private readonly Linear _qkv;

    [ComponentName(Name = "proj")]
    private readonly Linear _proj;

    public TokenAttention(AttentiveProbeConfig config) : base(nameof(TokenAttention))
    {
        _heads = config.Heads;
        _qkv = nn.Linear(config.Width, 3L * config.Width);
        _proj = nn.Linear(config.Width, config.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var qkv = _qkv.forward(input).reshape(input.size(0), input.size(1), 3, _heads, -1).permute(2, 0, 3, 1, 4); // [3, B, H, N, D]
        var mixed = nn.functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);                           // [B, H, N, D]
        return _proj.forward(mixed.transpose(1, 2).reshape(input.shape)).MoveToOuterDisposeScope();               // [B, N, C]
    }
}

/// <summary>Linear, exact GELU, linear.</summary>
internal sealed class ProbeMlp : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")]
    private readonly Linear _fc1;

    [ComponentName(Name = "fc2")]
    private readonly Linear _fc2;

    public ProbeMlp(AttentiveProbeConfig config) : base(nameof(ProbeMlp))
    {
        var hidden = (long)(config.Width * config.MlpRatio);
        _fc1 = nn.Linear(config.Width, hidden);
        _fc2 = nn.Linear(hidden, config.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _fc2.forward(nn.functional.gelu(_fc1.forward(input))).MoveToOuterDisposeScope();
    }
}
