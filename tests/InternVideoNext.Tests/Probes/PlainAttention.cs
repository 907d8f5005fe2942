using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

/// <summary>V-JEPA's attentive classifier step by step on host arrays, one clip at a time, with no tensor operation.</summary>
internal sealed class PlainAttention(IReadOnlyDictionary<string, double[]> weights, int width, int heads, int blocks)
{
    public static PlainAttention Of(nn.Module probe, int width, int heads, int blocks) =>
        new(probe.named_parameters()
            .ToDictionary(pair => pair.name, pair => pair.parameter.data<float>().Select(value => (double)value).ToArray()), width, heads,
            blocks);

    public double[] Logits(double[][] tokens)
    {
        var x = tokens;
        for (var i = 0; i < blocks - 1; i++) x = TokenBlock(x, $"pooler.blocks.{i}.");
        return Linear(Pool(x, "pooler.cross_attention_block."), "linear");
    }

    private double[] Pool(double[][] x, string p)
    {
        var query = weights["pooler.query_tokens"];
        var kv = x.Select(token => Linear(Norm(token, p + "norm1"), p + "xattn.kv")).ToArray();
        var attended = Attend(Linear(query, p + "xattn.q"), [.. kv.Select(row => row[..width])], [.. kv.Select(row => row[width..])]);
        var q = Add(query, attended);
        return Add(q, Mlp(Norm(q, p + "norm2"), p + "mlp."));
    }

    private double[][] TokenBlock(double[][] x, string p)
    {
        var qkv = x.Select(token => Linear(Norm(token, p + "norm1"), p + "attn.qkv")).ToArray();
        double[][] keys = [.. qkv.Select(row => row[width..(2 * width)])], values = [.. qkv.Select(row => row[(2 * width)..])];
        return
        [
            .. x.Select((token, n) =>
            {
                var y = Add(token, Linear(Attend(qkv[n][..width], keys, values), p + "attn.proj"));
                return Add(y, Mlp(Norm(y, p + "norm2"), p + "mlp."));
            }),
        ];
    }

    private double[] Attend(double[] query, double[][] keys, double[][] values)
    {
        var result = new double[width];
        var size = width / heads;
        for (var h = 0; h < heads; h++)
        {
            var from = h * size;
            var scores = keys.Select(key => Enumerable.Range(from, size).Sum(i => query[i] * key[i]) / Math.Sqrt(size)).ToArray();
            var shares = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            for (var n = 0; n < values.Length; n++)
            {
                for (var i = from; i < from + size; i++) result[i] += shares[n] / shares.Sum() * values[n][i];
            }
        }
        return result;
    }

    private double[] Mlp(double[] x, string p) => Linear([.. Linear(x, p + "fc1").Select(Gelu)], p + "fc2");

    private double[] Linear(double[] x, string name)
    {
        var (weight, bias) = (weights[name + ".weight"], weights[name + ".bias"]);
        return [.. bias.Select((b, o) => b + Enumerable.Range(0, x.Length).Sum(i => weight[(o * x.Length) + i] * x[i]))];
    }

    private double[] Norm(double[] x, string name)
    {
        var mean = x.Average();
        var scale = 1 / Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-5);
        return [.. x.Select((value, i) => ((value - mean) * scale * weights[name + ".weight"][i]) + weights[name + ".bias"][i])];
    }

    // x * Phi(x).
    private static double Gelu(double x) => x * InternVideoNext.Probes.NormalDistribution.Cumulative(x);

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];

}
