using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class AxialRotaryEmbeddingTests
{
    private static readonly TokenGrid Grid = new(2, 3, 4);

    // The definition, channel by channel: tiled angles, neighbour pairs.
    [Theory]
    [InlineData(16)]
    [InlineData(13)]
    [InlineData(12)]
    [InlineData(5)]
    public void Rotate_EveryChannel_TurnsByTheTiledAngle(int width)
    {
        using var scope = NewDisposeScope();
        var x = randn([1, 1, Grid.Tokens, width], float64, generator: new Generator(1));
        var y = AxialRotaryEmbedding.For(Grid, width, float64, CPU).Rotate(x);
        var part = width / 3 / 2 * 2;
        for (var n = 0; n < Grid.Tokens; n++)
        {
            int[] places = [n / 12, n / 4 % 3, n % 4];
            for (var channel = 0; channel < width; channel++)
            {
                var given = x[0, 0, n, channel].item<double>();
                var expected = given;
                if (channel < 3 * part)
                {
                    var (half, inside) = (part / 2, channel % part);
                    var angle = places[channel / part] * Math.Pow(10000, -(inside % half) / (double)half);
                    var other = inside % 2 == 0 ? -x[0, 0, n, channel + 1].item<double>() : x[0, 0, n, channel - 1].item<double>();
                    expected = (given * Math.Cos(angle)) + (other * Math.Sin(angle));
                }

                Assert.Equal(expected, y[0, 0, n, channel].item<double>(), 1e-12);
            }
        }
    }
}
