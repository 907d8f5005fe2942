using System.CommandLine;
using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Options;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Cli.Bench;

/// <summary>The options that say which steps are measured, the same for every command that measures some.</summary>
internal static class BenchOptions
{
    public static readonly Option<string> Preset = new("--preset")
    { DefaultValueFactory = _ => "mini", Description = $"One of {string.Join(", ", Presets.Names)}." };
    public static readonly Option<int> Stage = new Option<int>("--stage")
    { DefaultValueFactory = _ => 1, Description = "1 or 2." }.AcceptOnlyFrom("1", "2");
    public static readonly Option<int?> Batch = new Option<int?>("--batch")
    { Description = "Clips a step; the preset's where not given." }.InRange(1, 1_000_000);
    public static readonly Option<string> Device = DeviceOption.Create();
    public static readonly Option<int> Threads = new Option<int>("--threads")
    { Description = "Threads of an operation on the CPU; 0: as many as libtorch takes." }.InRange(0, 4096);
    public static readonly Option<int> Steps = new Option<int>("--steps")
    { DefaultValueFactory = _ => 10, Description = "Steps measured." }.InRange(1, 1_000_000);
    public static readonly Option<int> WarmUp = new Option<int>("--warm-up")
    { DefaultValueFactory = _ => 3, Description = "Steps before, not measured." }.InRange(0, 1_000_000);
    public static readonly Option<double> WarmUpSeconds = new Option<double>("--warm-up-seconds")
    {
        DefaultValueFactory = _ => 10,
        Description = "Seconds of steps before, at the least: .NET compiles a step's code a second time in its first ones."
    }.InRange(0, 86400);
    public static readonly Option<string[]> Set = SetOption.Create("training.precision=bfloat16");
    public static readonly Option<bool> WithoutTeacher = new("--without-teacher")
    { Description = "Leave the image teacher's forward pass out." };

    public static IEnumerable<Option> All => [Preset, Stage, Batch, Device, Threads, Steps, WarmUp, WarmUpSeconds, Set, WithoutTeacher];

    /// <summary>The plan that the options describe, valid.</summary>
    /// <exception cref="ConfigurationException">A name or a value is wrong.</exception>
    public static BenchmarkPlan Plan(ParseResult parsed, bool profile)
    {
        var name = parsed.GetValue(Preset)!;
        DeviceOption.Open(parsed.GetValue(Device)!);
        RunConfig config = parsed.GetValue(Stage) == 1 ? Presets.Stage1(name) : Presets.Stage2(name);
        List<string> assignments = [$"training.device={parsed.GetValue(Device)}", $"training.threads={parsed.GetValue(Threads)}"];
        // The CPU computes in float32; --set training.precision=bfloat16 asks for the other.
        if (parsed.GetValue(Device) == "cpu") assignments.Add("training.precision=float32");
        if (parsed.GetValue(Batch) is { } batch) assignments.Add($"training.batch_size={batch}");
        var plan = new BenchmarkPlan(ConfigJson.Override(BenchmarkPlan.Complete(config), [.. assignments, .. parsed.GetValue(Set) ?? []]))
        {
            Steps = parsed.GetValue(Steps),
            WarmUp = parsed.GetValue(WarmUp),
            WarmUpSeconds = parsed.GetValue(WarmUpSeconds),
            WithoutTeacher = parsed.GetValue(WithoutTeacher),
            Profile = profile,
        };
        plan.Validate();
        return plan;
    }

    private static Option<int> AcceptOnlyFrom(this Option<int> option, params string[] values)
    {
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
