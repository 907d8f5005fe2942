using System.CommandLine;
using InternVideoNext.Cli.Options;
using InternVideoNext.Data;
using InternVideoNext.Data.Import;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext data import</c>: a manifest from a data set's own annotation files.</summary>
internal static class ImportCommand
{
    private static readonly Dictionary<string, AnnotationFormat> Formats = new(StringComparer.Ordinal)
    {
        ["path-label"] = AnnotationFormat.PathLabel,
        ["kinetics-csv"] = AnnotationFormat.KineticsCsv,
        ["ssv2-json"] = AnnotationFormat.Ssv2Json,
        ["coin-json"] = AnnotationFormat.CoinJson,
    };

    private static readonly Option<string> Format = new("--format")
    { Required = true, Description = $"One of {string.Join(", ", Formats.Keys)}." };
    private static readonly Option<string> DataSet = new("--dataset")
    { Required = true, Description = $"One of {string.Join(", ", DataSets.Names)}." };
    private static readonly Option<string?> Train = new("--train") { Description = "Annotation file of the training clips." };
    private static readonly Option<string?> Validation = new("--validation") { Description = "Annotation file of the validation clips." };
    private static readonly Option<string?> Test = new("--test") { Description = "Annotation file of the test clips." };
    private static readonly Option<string?> Annotations = new("--annotations")
    { Description = "An annotation file that names the splits itself (Kinetics tables, COIN)." };
    private static readonly Option<string?> Classes = new("--classes")
    { Description = "The class list: one name a line, or Something-Something's labels as .json." };
    private static readonly Option<string?> PathTemplate = new("--path")
    { Description = "Where a clip lies below the manifest's folder, with {id}, {split}, {start}, {end}." };
    private static readonly Option<string> Out = new("--out")
    { Required = true, Description = "The manifest to write; paths are relative to its folder." };

    public static Command Create()
    {
        var command = new Command("import",
            """
            Make a manifest from the authors' annotation files. A class list other than the data set's is refused.

            Example:
              ./ivnext data import --format ssv2-json --dataset something-something-v2 --train train.json --validation validation.json --classes labels.json --out ssv2/manifest.json
            """) { Format, DataSet, Train, Validation, Test, Annotations, Classes, PathTemplate, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (!Formats.TryGetValue(parsed.GetValue(Format)!, out var format))
            throw new ConfigurationException($"--format {parsed.GetValue(Format)}: must be one of {string.Join(", ", Formats.Keys)}");
        OutputPath.Require(Out.Name, parsed.GetValue(Out));
        var folder = Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(Out)!))!;
        var import = new AnnotationImport(DataSets.Find(parsed.GetValue(DataSet)!), parsed.GetValue(PathTemplate), folder);
        if (parsed.GetValue(Classes) is { } classes) import.UseClasses(classes);
        (string? File, string? Split)[] files =
        [
            (parsed.GetValue(Train), "train"), (parsed.GetValue(Validation), "validation"), (parsed.GetValue(Test), "test"),
                (parsed.GetValue(Annotations), null),
        ];
        if (files.All(f => f.File is null)) throw new ConfigurationException(
            "give at least one of --train, --validation, --test, --annotations");
        foreach (var (file, split) in files)
            if (file is not null) import.Add(format, file, split);
        var manifest = import.Build();
        manifest.Save(parsed.GetValue(Out)!);
        var counts = manifest.Entries.GroupBy(e => e.Split).Select(split =>
        {
            var expected = manifest.Expected.TryGetValue(split.Key, out var clips) ? $" of {clips} expected" : "";
            return $"{split.Key} {split.Count()}{expected}";
        });
        Console.WriteLine($"Wrote {parsed.GetValue(Out)}: {string.Join(", ", counts)}");
        ShowFiles(manifest, folder);
        return ExitCode.Done;
    }

    private static void ShowFiles(Manifest manifest, string folder)
    {
        var paths = manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal).ToList();
        var there = paths.Count(p => File.Exists(Path.Combine(folder, p)));
        Console.WriteLine($"{there} of {paths.Count} files are there.");
        if (there == 0)
            Console.Error.WriteLine(
                $"ivnext: none of the files is below '{folder}' (the first would be '{paths[0]}'); write the manifest (--out) into the "
                + "folder that the paths are relative to");
    }
}
