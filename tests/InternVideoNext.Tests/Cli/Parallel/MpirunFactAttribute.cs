using InternVideoNext.Cli;

namespace InternVideoNext.Tests.Cli.Parallel;

/// <summary>A test that starts processes by Open MPI's mpirun. <c>./ivnext test</c> installs it where it can.</summary>
internal sealed class MpirunFactAttribute : FactAttribute
{
    public MpirunFactAttribute()
    {
        if (!SystemPackage.OnPath("mpirun"))
            Skip = "mpirun is not here and could not be installed: sudo apt-get install -y openmpi-bin";
    }
}
