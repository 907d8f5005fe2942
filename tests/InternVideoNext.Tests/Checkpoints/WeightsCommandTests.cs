using InternVideoNext.Checkpoints;
using InternVideoNext.Tests.Cli;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class WeightsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Inspect_GoodFile_PrintsShapesStatisticsAndKind()
    {
        using (var scope = NewDisposeScope())
        {
            SafetensorsWriter.Write(
                _folder["a.safetensors"],
                [KeyValuePair.Create("model.patch_embed.proj.weight", tensor(new[] { -1f, 3 }).half()),
                    KeyValuePair.Create("model.blocks.0.attn.qkv.weight", tensor(new[] { 0f, float.NaN }).half())],
                new Dictionary<string, string> { ["format"] = "pt" });
        }

        var (code, output, error) = await RunAsync("inspect", _folder["a.safetensors"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"model\.patch_embed\.proj\.weight\s+F16\[2\]\s+-1\s+3\s+1\s+2\n", output);
        Assert.Contains("1 NOT FINITE", output, StringComparison.Ordinal);
        Assert.Contains("metadata format: pt", output, StringComparison.Ordinal);
        Assert.Contains("2 tensors (2 F16), 4 numbers, 8 bytes in 1 file(s)", output, StringComparison.Ordinal);
        Assert.Contains("kind: released InternVideo-Next encoder weights", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_DamagedOrAbsentFile_ExitsWithOneAndTheMessage()
    {
        await File.WriteAllBytesAsync(_folder["bad"], [1, 2, 3]);
        var (code, _, error) = await RunAsync("inspect", _folder["bad"]);
        Assert.Equal(1, code);
        Assert.Contains("too short for a safetensors file: 3 bytes", error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("inspect", _folder["absent"])).Code);
    }

    [Fact]
    public async Task Fetch_FromALocalHub_PutsTheFileInTheCacheAndListFindsIt()
    {
        using var server = new HubServer();
        server.Files["revliter/internvideo_next_base_p14_res224_f16/resolve/main/model.safetensors"] = RawSafetensors.Bytes("{}", 0);
        var (code, output, error) = await RunAsync(
            "fetch", "internvideo-next-base", "--cache", _folder.Path, "--hub", server.Address.ToString());
        Assert.True(code == 0, error);
        Assert.Contains($"open: {_folder["internvideo-next-base/model.safetensors"]}", output, StringComparison.Ordinal);
        var list = await RunAsync("list", "--cache", _folder.Path);
        Assert.Contains(
            $"revliter/internvideo_next_base_p14_res224_f16: {_folder["internvideo-next-base/model.safetensors"]}", list.Output,
            StringComparison.Ordinal);
        Assert.Contains("google/siglip2-giant-opt-patch16-256: not in the cache", list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_UnknownNameOrMissing_ExitsWithTheRightCode()
    {
        var (code, _, error) = await RunAsync("fetch", "resnet", "--cache", _folder.Path);
        Assert.Equal(2, code);
        Assert.Contains("'resnet' is not the name of a known checkpoint", error, StringComparison.Ordinal);
        using var server = new HubServer();
        Assert.Equal(1, (await RunAsync("fetch", "siglip2-base", "--cache", _folder.Path, "--hub", server.Address.ToString())).Code);
        Assert.Equal(2, (await RunAsync("fetch", "siglip2-base", "--cache", _folder.Path, "--hub", "ftp://x")).Code);
    }

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        Ivnext.CallAsync(["weights", .. arguments]);
}
