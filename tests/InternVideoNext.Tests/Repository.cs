namespace InternVideoNext.Tests;

/// <summary>The checkout that the tests run in, for what is no part of the build's output.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "InternVideoNext.sln"))) folder = folder.Parent
            ?? throw new DirectoryNotFoundException("no InternVideoNext.sln above the tests");
        return folder.FullName;
    }
}
