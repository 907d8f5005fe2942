namespace InternVideoNext.Runs;

/// <summary>A process's hold on a run's folder.</summary>
internal sealed class RunClaim : IDisposable
{
    private readonly string _folder;
    private readonly FileStream _file;

    /// <param name="folder">The run's folder.</param>
    /// <param name="file">The lock in it, held by this process.</param>
    public RunClaim(string folder, FileStream file)
    {
        (_folder, _file) = (folder, file);
        // Another's file under the same name has another time.
        File.SetLastWriteTimeUtc(file.SafeFileHandle, DateTime.UtcNow);
    }

    /// <summary>Checks that the folder is still the one that was taken.</summary>
    /// <exception cref="RunFolderLostException">It was deleted, or another took its place.</exception>
    public void Require()
    {
        if (File.GetLastWriteTimeUtc(_file.Name) != File.GetLastWriteTimeUtc(_file.SafeFileHandle))
            throw new RunFolderLostException(_folder);
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>A run's folder is gone while the run is trained: there is nowhere to save what follows.</summary>
public sealed class RunFolderLostException : Exception
{
    internal RunFolderLostException(string folder)
        : base(
            $"{folder} was deleted or moved while the run in it was trained, or another took its place; nothing can be saved there any "
            + "more, and the run ends")
    {
    }
}
