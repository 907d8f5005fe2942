using InternVideoNext.Data;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Data;

/// <summary>Memory is that of the whole process: no other test runs beside this one.</summary>
[Collection(WholeProcessGroup.Name)]
public sealed class LargeManifestTests
{
    [Fact]
    public void Load_AMillionEntries_StaysWithinMemory()
    {
        const int count = 1_000_000;
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "million.json");
        using (var writer = new StreamWriter(path))
        {
            writer.Write("{\"name\":\"m\",\"labels\":{\"a\":[\"x\",\"y\"]},\"entries\":[");
            for (var i = 0; i < count; i++) writer.Write(
                $"{(i == 0 ? "" : ",\n")}{{\"id\":\"{i}\",\"path\":\"{i}.mp4\",\"split\":\"train\",\"labels\":{{\"a\":{i % 2}}}}}");
            writer.Write("]}");
        }
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var manifest = Manifest.Load(path);
        var perEntry = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        Assert.Equal((count, 1), (manifest.Entries.Count, manifest.Entries[^1].Labels["a"]));
        Assert.True(perEntry < 250, $"{perEntry} bytes an entry");
    }
}
