using System.CommandLine;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext probe protocols</c>: what every protocol is, and what is known of it.</summary>
internal static class ProbeProtocolsCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "One protocol, with all its values." };
        var command = new Command("protocols",
            """
            List the probe protocols: where each is from, what the paper reports by it, how long it takes, and its command; or show one
            with all its values as JSON.

            Examples:
              ./ivnext probe protocols
              ./ivnext probe protocols vjepa2/ssv2
            """) { name };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var one = parsed.GetValue(name);
            foreach (var protocol in one is null ? ProbeProtocols.All : [Find(one)])
            {
                output.WriteLine($"{protocol.Name}{(protocol.DataSet is { } set ? $", {set}" : "")}");
                output.WriteLine($"{"source:",-12}{protocol.Source}");
                RecipeDisplay.Write(RecipeNote.OfProtocol(protocol, RecipeDisplay.Measured), output);
                output.WriteLine(one is null ? "" : protocol.ToJson());
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static ProbeProtocol Find(string name) => ProbeProtocols.All.FirstOrDefault(protocol => protocol.Name == name)
        ?? throw new ConfigurationException(
            $"there is no protocol '{name}'; there are {string.Join(", ", ProbeProtocols.All.Select(protocol => protocol.Name))}");
}
