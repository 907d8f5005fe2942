using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class NearestNeighbourProbeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public void Vote_AgainstBruteForce_Agrees(int neighbours)
    {
        using var memory = MadeFeatures.Make(60, 4, 6, seed: 1, "m", 0, 1);
        using var queries = MadeFeatures.Make(25, 4, 6, seed: 2, "q", 0, 1);
        using var labels = tensor(memory.Labels.Select(label => (long)label).ToArray());
        using var probe = new NearestNeighbourProbe(memory.Features, labels, 4, temperature: 0.07);
        using var votes = probe.Vote(queries.Features, neighbours);
        var expected = BruteForce(Rows(memory.Features), memory.Labels, Rows(queries.Features), neighbours, 0.07);
        var actual = Rows(votes);
        for (var row = 0; row < expected.Length; row++)
        {
            for (var c = 0; c < 4; c++) Assert.Equal(expected[row][c], actual[row][c], 4);
        }
    }

    [Fact]
    public void Constructor_LabelsOfOtherLength_Throws()
    {
        using var features = ones(3, 2);
        using var labels = zeros(2, dtype: int64);
        Assert.Throws<ArgumentException>(() => new NearestNeighbourProbe(features, labels, 2));
    }

    private static double[][] BruteForce(
        double[][] memory, IReadOnlyList<int> labels, double[][] queries, int neighbours, double temperature) =>
    [
        .. queries.Select(query =>
        {
            var nearest = memory.Select((row, index) => (Similarity: Cosine(row, query), Label: labels[index]))
                .OrderByDescending(pair => pair.Similarity).Take(neighbours).ToArray();
            var votes = new double[4];
            foreach (var (similarity, label) in nearest) votes[label] += Math.Exp(similarity / temperature);
            return votes.Select(vote => vote / votes.Sum()).ToArray();
        }),
    ];

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));

    private static double[][] Rows(Tensor matrix) =>
        [.. matrix.data<float>().Select(value => (double)value).Chunk((int)matrix.size(1))];
}
