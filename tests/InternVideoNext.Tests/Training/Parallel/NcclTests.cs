using InternVideoNext.Training.Parallel;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training.Parallel;

/// <summary>What can be tested of NCCL without a GPU: where it is looked for, and what happens without it.</summary>
public sealed class NcclTests
{
    [Fact]
    public void Places_InstalledPyTorch_LooksBesideItThenInItThenWhereTheLoaderDoes() =>
        Assert.Equal(
            ["/py/site-packages/nvidia/nccl/lib/libnccl.so.2", "/py/site-packages/torch/lib/libnccl.so.2", "libnccl.so.2"],
            NcclLibrary.Places("/py/site-packages/torch/lib"));

    [Fact]
    public void Places_LibtorchOfTheLoadersChoice_LeavesItToTheLoader() => Assert.Equal(["libnccl.so.2"], NcclLibrary.Places(null));

    [Fact]
    public void NumberOf_TypesOfGradients_AreNcclsOwn()
    {
        Assert.Equal(
            (7, 9, 1),
            (NcclLibrary.NumberOf(ScalarType.Float32), NcclLibrary.NumberOf(ScalarType.BFloat16), NcclLibrary.NumberOf(ScalarType.Byte)));
        Assert.Throws<ArgumentOutOfRangeException>(() => NcclLibrary.NumberOf(ScalarType.ComplexFloat32));
    }

    [Fact]
    public void UniqueId_ThroughAMessage_ComesBack()
    {
        byte[] bytes = [.. Enumerable.Range(1, 128).Select(i => (byte)i)];
        Assert.Equal(bytes, NcclLibrary.UniqueId.Of(bytes).ToArray());
    }

    [Fact]
    public async Task WithNccl_MissingEverywhere_TakesTcpAndSaysWhereItLooked()
    {
        var said = await Loopback.ResultsAsync(2, group =>
        {
            var chosen = ProcessGroups.WithNccl((SocketProcessGroup)group, library: null, ["/here/libnccl.so.2", "libnccl.so.2"]);
            Assert.Same(group, chosen);
            return chosen.Transport;
        });
        Assert.All(
            said, transport =>
            Assert.Equal(
            "TCP through the host's memory, since rank 0, 1 found no NCCL (looked for /here/libnccl.so.2, libnccl.so.2)", transport));
    }

    [Fact]
    public async Task ForDevice_Cpu_TakesTcp()
    {
        var said = await Loopback.ResultsAsync(2, group => ProcessGroups.ForDevice((SocketProcessGroup)group, "cpu").Transport);
        Assert.Equal(["TCP", "TCP"], said);
    }
}
