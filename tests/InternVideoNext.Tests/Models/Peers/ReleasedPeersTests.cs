using InternVideoNext.Models;
using InternVideoNext.Models.Peers;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models.Peers;

public sealed class ReleasedPeersTests
{
    // As published, or as the authors' code counts them.
    [Theory]
    [InlineData("vjepa2-vitl", 303_885_312)]
    [InlineData("vjepa2-vith", 631_648_000)]
    [InlineData("vjepa2-vitg", 1_012_173_952)]
    [InlineData("vjepa2-vitg-384", 1_012_173_952)]
    [InlineData("videomae-small-k400", 21_879_936)]
    [InlineData("videomae-v2-base", 86_227_200)]
    [InlineData("videomae-v2-large", 303_860_736)]
    [InlineData("videomae-v2-huge", 631_607_040)]
    [InlineData("videomae-v2-giant", 1_011_610_752)]
    [InlineData("internvideo2-s14", 23_043_840)]
    [InlineData("internvideo2-b14", 89_438_976)]
    [InlineData("internvideo2-l14", 308_929_280)]
    [InlineData("internvideo2-s1-1b", 1_020_708_608)]
    [InlineData("internvideo2-s2-6b", 5_941_735_168 - (4 * 256 * 3200))]
    [InlineData("videoprism-base", 114_365_184)]
    [InlineData("videoprism-large", 353_965_056)]
    public void Config_Released_HasThePublishedNumberOfParameters(string name, long expected) =>
        Assert.Equal(expected, PeerBlocks.Of(ReleasedPeers.Find(name)!.Config).Parameters);

    [Fact]
    public void Blocks_EveryForm_CountWhatTheBuiltModuleHas()
    {
        foreach (var config in SmallPeers.All)
        {
            using var encoder = config.Build(new Generator(1));
            var tree = PeerBlocks.Of(config);
            Assert.Equal(encoder.parameters().Sum(p => p.numel()), tree.Parameters);
            var names = encoder.named_parameters().ToList();
            foreach (var block in tree.Children)
            {
                var own = names.Where(p => p.name.StartsWith(block.Key, StringComparison.Ordinal));
                Assert.Equal(own.Sum(p => p.parameter.numel()), block.Parameters);
            }
        }
    }

    [Fact]
    public void All_Names_AreDistinctAndLicensed()
    {
        Assert.Equal(ReleasedPeers.All.Count, ReleasedPeers.All.Select(peer => peer.Name).Distinct().Count());
        Assert.All(ReleasedPeers.All, peer => Assert.NotEmpty(peer.Licence));
        Assert.Null(ReleasedPeers.Find("videoprism-giant"));
    }
}
