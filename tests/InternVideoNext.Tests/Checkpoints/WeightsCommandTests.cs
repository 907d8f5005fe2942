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
    public async Task Inspect_PeersAndPickles_SaysWhatTheyAre()
    {
        var path = PeerFiles.Write(_folder, "vjepa2_hf");
        var (code, output, error) = await RunAsync("inspect", "--header", path);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(
            "kind: V-JEPA 2's encoder: 37,792 parameters, width 32, 2 heads, tubelets of 2 x 8 x 8", output, StringComparison.Ordinal);
        File.Delete(_folder["config.json"]);
        output = (await RunAsync("inspect", "--header", path)).Output;
        Assert.Contains("no tensor tells its number of heads", output, StringComparison.Ordinal);

        var pickle = Path.Combine(AppContext.BaseDirectory, "Fixtures", "pickles", "legacy.pth");
        Assert.Contains("model.blocks.0.weight", (await RunAsync("inspect", pickle)).Output, StringComparison.Ordinal);
        RawPickle.Write(_folder["evil.pt"], RawPickle.Bytes("cos\nsystem\n(", RawPickle.Text("id"), "tR"));
        (code, _, error) = await RunAsync("inspect", _folder["evil.pt"]);
        Assert.Equal(1, code);
        Assert.Contains("os.system", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_GatedOrUnreleased_SaysWhatToDo()
    {
        var (code, _, error) = await RunAsync("fetch", "internvideo2-s2-1b", "--cache", _folder.Path);
        Assert.Equal(1, code);
        Assert.Contains("gated", error, StringComparison.Ordinal);
        Assert.Contains(_folder["internvideo2-s2-1b/InternVideo2-stage2_1b-224p-f4.pt"], error, StringComparison.Ordinal);
        error = (await RunAsync("fetch", "videoprism-giant", "--cache", _folder.Path)).Error;
        Assert.Contains("never released", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_AnArchiveFromALocalHub_IsCheckedAndFound()
    {
        const string Name = "flax_base_f16r288_repeated.npz";
        RawPickle.Archive(
            _folder["a.npz"], [("x.npy", RawPickle.Numpy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", [0, 0, 128, 63]))]);
        using var server = new HubServer();
        server.Files[$"google/videoprism-base-f16r288/resolve/main/{Name}"] = await File.ReadAllBytesAsync(_folder["a.npz"]);
        string[] fetch = ["fetch", "videoprism-base", "--cache", _folder.Path, "--hub", server.Address.ToString()];
        var (code, output, error) = await RunAsync(fetch);
        Assert.True(code == 0, error);
        Assert.Contains($"open: {_folder["videoprism-base/" + Name]}", output, StringComparison.Ordinal);
        Assert.Contains("in the cache already", (await RunAsync(fetch)).Output, StringComparison.Ordinal);
        server.Files[$"google/videoprism-large-f8r288/resolve/main/flax_large_f8r288_repeated.npz"] = [1, 2, 3];
        fetch[1] = "videoprism-large";
        Assert.Contains("thrown away", (await RunAsync(fetch)).Error, StringComparison.Ordinal);
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
