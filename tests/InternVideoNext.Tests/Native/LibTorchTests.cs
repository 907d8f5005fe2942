using InternVideoNext.Native;
using TorchSharp;

namespace InternVideoNext.Tests.Native;

public sealed class LibTorchTests
{
    [Fact]
    public void EnsureLoaded_OnThisSystem_TensorsCanBeMade()
    {
        LibTorch.EnsureLoaded();
        using var sum = torch.ones(2, 3).sum();
        Assert.Equal(6, sum.item<float>());
        Assert.Null(LibTorch.Status.Failure);
    }
}
