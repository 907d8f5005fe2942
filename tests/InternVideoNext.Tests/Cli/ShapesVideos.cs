using InternVideoNext.Data.Shapes;

namespace InternVideoNext.Tests.Cli;

/// <summary>A handful of rendered training videos with their manifest, and a folder for runs.</summary>
public sealed class ShapesVideos : IAsyncLifetime
{
    public string Root { get; } = Directory.CreateTempSubdirectory("ivnext-cli-").FullName;

    public string Manifest => Path.Combine(Root, "videos", ShapesRenderer.ManifestName);

    public string Run(string name) => Path.Combine(Root, name);

    public Task InitializeAsync()
    {
        var config = new ShapesRenderConfig { Train = 4, Validation = 1, Test = 1 };
        return config.Build(new ShapesWorldConfig().Build(1), Environment.ProcessorCount)
            .RenderAsync(Path.Combine(Root, "videos"), null, CancellationToken.None);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Root, recursive: true);
        return Task.CompletedTask;
    }
}

[CollectionDefinition(Name)]
public sealed class ShapesVideosGroup : ICollectionFixture<ShapesVideos>
{
    public const string Name = "shapes videos";
}
