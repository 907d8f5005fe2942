using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Models;

namespace InternVideoNext.Tests.Models;

public sealed class DecoderConfigTests
{
    [Theory]
    [InlineData("""{"kind":"diffusion","width":32,"depth":2,"steps":100,"noise_levels":3,"token_share":0.5}""", "diffloss")]
    [InlineData("""{"kind":"linear_pixel"}""", "pixel_decoder")]
    [InlineData("""{"kind":"latent","init_std":0.01}""", "selfdist_decoder")]
    public void Json_EveryKind_RoundTripsWithItsKey(string json, string key)
    {
        var config = JsonSerializer.Deserialize<DecoderConfig>(json, SnakeCaseJson.Line)!;
        Assert.Equal(json, JsonSerializer.Serialize(config, SnakeCaseJson.Line));
        Assert.Equal(key, config.Key);
    }

    [Fact]
    public void Defaults_AreTheReleasedModels()
    {
        var config = new DiffusionDecoderConfig();
        Assert.Equal((1536, 6, 1000), (config.Width, config.Depth, config.Steps));
    }
}
