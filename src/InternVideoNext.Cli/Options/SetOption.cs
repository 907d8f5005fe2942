using System.CommandLine;

namespace InternVideoNext.Cli.Options;

/// <summary>The option <c>--set</c>: several values at once, or the option several times, wherever a configuration is changed.</summary>
internal static class SetOption
{
    public static Option<string[]> Create(string example = "training.steps=100") => new("--set")
    {
        Description = $"path=value in the configuration, e.g. {example}; several values, or the option several times. Steps below the "
            + "preset's warm-up shorten it, unless training.warmup_steps is set.",
        AllowMultipleArgumentsPerToken = true,
    };
}
