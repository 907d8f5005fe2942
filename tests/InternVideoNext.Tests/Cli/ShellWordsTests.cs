using InternVideoNext.Cli;

namespace InternVideoNext.Tests.Cli;

public sealed class ShellWordsTests
{
    [Fact]
    public void JoinForOthers_PathsOfThisMachine_AreToldFromHereOrByTheirLastName()
    {
        var (here, elsewhere) = (
            Path.Combine(Environment.CurrentDirectory, "runs", "mini"),
            Path.Combine(Path.GetPathRoot(Environment.CurrentDirectory)!, "else where", "results"));
        Assert.Equal(
            "ablate all --out runs/mini --from results --rows a,b",
                ShellWords.JoinForOthers(["ablate", "all", "--out", here, "--from", elsewhere, "--rows", "a,b"]));
        Assert.Equal($"--from '{elsewhere}'", ShellWords.Join(["--from", elsewhere])); // for the one who goes on here
    }
}
