using InternVideoNext.Checkpoints;

namespace InternVideoNext.Tests.Checkpoints;

internal static class ReferenceFixture
{
    public static SafetensorsFile Open(string name) =>
        SafetensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", "reference", $"{name}.safetensors"));

    public static IEnumerable<(string Name, long[] Shape)> Shapes(ITensorSource source) =>
        source.Entries.Values.Select(entry => (entry.Name, entry.Shape.ToArray()));
}
