using InternVideoNext.Interactive;
using Microsoft.DotNet.Interactive.Directives;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary>What <c>#!ivnext</c> alone shows.</summary>
internal static class Help
{
    public static ResultTable Of(KernelActionDirective directive) => new(
        ["command", "what it does", "parameters"],
        directive.Subcommands.Select(command => (IReadOnlyList<object?>)
        [
            $"{directive.Name} {command.Name}", command.Description,
            string.Join(" ", command.Parameters.Select(parameter => parameter.Required ? parameter.Name : $"[{parameter.Name}]")),
        ]));
}
