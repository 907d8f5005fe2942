namespace InternVideoNext.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0, Failed = 1, WrongUsage = 2, EnvironmentMissing = 3;
}
