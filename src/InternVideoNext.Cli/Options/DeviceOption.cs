using System.CommandLine;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using TorchSharp;

namespace InternVideoNext.Cli.Options;

/// <summary>The option <c>--device</c>, the same wherever something is computed.</summary>
internal static class DeviceOption
{
    private const string Name = "--device";

    public static Option<string> Create(string standard = "cpu", string description = "cpu, cuda or cuda:N.") =>
        WithNames(new Option<string>(Name) { DefaultValueFactory = _ => standard, Description = description });

    /// <summary>Of commands whose preset names a device.</summary>
    public static Option<string?> CreateOptional(string description = "cpu, cuda or cuda:N.") =>
        WithNames(new Option<string?>(Name) { Description = description });

    /// <summary>The device, which must be on this machine.</summary>
    /// <exception cref="ConfigurationException">libtorch sees no such device here.</exception>
    public static torch.Device Open(string name) => TrainingDevice.Open(name, Name);

    private static Option<T> WithNames<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => !TrainingDevice.IsName(t.Value)))
                result.AddError($"{Name} {token.Value}: it must be cpu, cuda or cuda:N");
        });
        return option;
    }
}
