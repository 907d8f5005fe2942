using System.Text.RegularExpressions;

namespace InternVideoNext.Tests;

/// <summary>The rooms of the house, in their order: each may use those before it and no other.</summary>
public sealed partial class LayoutTests
{
    private static readonly string[] Rooms =
    [
        "Foundation", "Native", "Modules", "Masking", "Diffusion", "Checkpoints", "Models", "Data", "Probes", "Recipes", "Description",
            "Runs", "Stages", "Training",
    ];

    private static readonly string[] LabRooms = ["Parity", "Ablations", "Benchmarks", "Weights"];

    [Fact]
    public void Rooms_EveryFolderOfTheLibrary_IsListed()
    {
        Assert.Equal(Rooms.Order(), Folders("InternVideoNext").Except(["Resources"]).Order());
        Assert.Equal(LabRooms.Order(), Folders("InternVideoNext.Lab").Order());
    }

    [Fact]
    public void Namespaces_OfEveryFile_FollowItsFolder()
    {
        foreach (var (file, room, text) in Files("InternVideoNext").Concat(Files("InternVideoNext.Lab")))
        {
            var stated = Namespace().Match(text).Groups[1].Value;
            Assert.True(
                stated == $"InternVideoNext.{room}" || stated.StartsWith($"InternVideoNext.{room}.", StringComparison.Ordinal),
                $"{file}: namespace {stated}");
        }
    }

    [Fact]
    public void Usings_OfEveryFile_PointToEarlierRoomsOnly()
    {
        // An unused using fails the build, and a type of another room cannot be named without one or its namespace: so these are all edges.
        var against = Files("InternVideoNext")
            .SelectMany(
            f => Named(f.Text).Where(used => Array.IndexOf(Rooms, used) > Array.IndexOf(Rooms, f.Room))
            .Select(used => $"{f.File}: {f.Room} uses {used}")).ToList();
        Assert.True(against.Count == 0, string.Join('\n', against));
        Assert.All(Files("InternVideoNext.Lab"), f => Assert.Contains(f.Room, LabRooms));
    }

    [Fact]
    public void Lines_OfEverySource_AreNoLongerThan140()
    {
        var files = new[] { "src", "tests", "examples" }.SelectMany(
            folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));
        var longer = files.SelectMany(
            file => Longer(File.ReadLines(file)).Select(line => $"{Path.GetRelativePath(Repository.Root, file)}:{line}"))
            .ToList();
        Assert.True(longer.Count == 0, string.Join('\n', longer));
    }

    // Markup and JSON in raw strings stand as they are sent.
    private static IEnumerable<int> Longer(IEnumerable<string> lines)
    {
        var (number, isRaw) = (0, false);
        foreach (var line in lines)
        {
            number++;
            var quotes = Raw().Count(line);
            if (line.Length > 140 && !isRaw && quotes == 0) yield return number;
            if (quotes % 2 == 1) isRaw = !isRaw;
        }
    }

    [GeneratedRegex("\"\"\"")]
    private static partial Regex Raw();

    private static IEnumerable<string> Named(string text)
    {
        var code = string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
        var types = typeof(InternVideoNext.Training.Trainer).Assembly.GetTypes().Where(t => t.Namespace is not null)
            .Select(t => (Room: RoomOf(t.Namespace!), t.Name)).ToHashSet();
        return Using().Matches(code).Select(m => m.Groups[1].Value)
            .Concat(Qualified().Matches(code).Where(m => types.Contains((m.Groups[1].Value, m.Groups[2].Value)))
                .Select(m => m.Groups[1].Value)).Distinct();
    }

    private static string RoomOf(string space) => space.Split('.').ElementAtOrDefault(1) ?? "";

    private static IEnumerable<string> Folders(string project) =>
        Directory.EnumerateDirectories(Path.Combine(Source(), project)).Select(d => Path.GetFileName(d)).Except(["bin", "obj"]);

    private static IEnumerable<(string File, string Room, string Text)> Files(string project) =>
        from room in Folders(project)
        from file in Directory.EnumerateFiles(Path.Combine(Source(), project, room), "*.cs", SearchOption.AllDirectories)
        select (Path.GetRelativePath(Source(), file), room, File.ReadAllText(file));

    private static string Source() => Path.Combine(Repository.Root, "src");

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static )?InternVideoNext\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    // A room and a type of it, not behind a dot: Foundation.ConfigurationException.
    [GeneratedRegex(@"(?<![\w.])(?:InternVideoNext\.)?(\w+)\.(?:\w+\.)?([A-Z]\w+)")]
    private static partial Regex Qualified();
}
