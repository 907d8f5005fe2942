namespace InternVideoNext.Tests.Cli.Parallel;

/// <summary>A test that starts processes by Open MPI's mpirun. <c>./ivnext test</c> installs it where it can.</summary>
internal sealed class MpirunFactAttribute : FactAttribute
{
    public MpirunFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "mpirun"))))
            Skip = "mpirun is not here and could not be installed: sudo apt-get install -y openmpi-bin";
    }
}
