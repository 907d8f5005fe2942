using System.Text.RegularExpressions;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Models;
using InternVideoNext.Models.Peers;
using InternVideoNext.Tests.Models.Peers;
using InternVideoNext.Tests.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests;

/// <summary>The names table of the package's documentation against the code it speaks of.</summary>
public sealed class NamesTests
{
    private static readonly string[][] Rows = [
        .. File.ReadLines(Locate())
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| paper", StringComparison.Ordinal))
        .Select(line => Regex.Split(line, @"(?<!\\)\|")[1..^1])];

    // Named in the table, but no key of the student.
    private static readonly string[] Elsewhere = ["vision_model.*", "teacher.*", "optimizer.safetensors"];

    [Fact]
    public void Table_EveryType_Exists()
    {
        var types = typeof(VideoEncoder).Assembly.GetExportedTypes().ToLookup(type => type.Name);
        Assert.True(Rows.Length > 40);
        foreach (var name in Rows.SelectMany(row => Quoted(row[1])))
        {
            var parts = name.Split('.');
            Assert.True(types.Contains(parts[0]), $"{name}: no such public type");
            if (parts.Length > 1) Assert.True(types[parts[0]].Any(type => type.GetMember(parts[1]).Length > 0), $"{name}: no such member");
        }
    }

    [Fact]
    public void Table_Keys_AreExactlyTheModels()
    {
        var patterns = Rows.SelectMany(row => Quoted(row[2])).Where(key => !Elsewhere.Contains(key)).Distinct()
            .ToDictionary(key => key, Pattern, StringComparer.Ordinal);
        var keys = Models().SelectMany(Keys).Concat(PeerKeys()).Distinct().ToList();
        Assert.All(keys, key => Assert.True(patterns.Values.Any(pattern => pattern.IsMatch(key)), $"{key} is in no row"));
        Assert.All(patterns, pattern => Assert.True(keys.Any(pattern.Value.IsMatch), $"{pattern.Key} is no key of a model"));
    }

    private static IEnumerable<ModelConfig> Models()
    {
        var predictor = new ModernBertPredictorConfig { Width = 16, Heads = 2, Intermediate = 8 };
        yield return TinyRun.Stage1.Model with { Predictor = predictor };
        yield return TinyRun.Stage1.Model with { Predictor = predictor, Decoder = new LinearPixelDecoderConfig() };
        yield return TinyRun.Stage2.Model;
    }

    private static List<string> Keys(ModelConfig config)
    {
        using var generator = new Generator(1);
        using var model = config.Build(generator);
        return [.. model.named_parameters().Select(p => ReferenceCheckpoint.Stage1.Export(p.name).Key!)];
    }

    private static List<string> PeerKeys()
    {
        using var generator = new Generator(1);
        using var classifier = new InternVideo2Classifier(width: 8, classes: 2, extraMlp: true, generator);
        return
        [
            .. classifier.named_parameters().Select(p => p.name),
            .. SmallPeers.All.SelectMany(config =>
            {
                using var encoder = config.Build(generator);
                return encoder.named_parameters().Select(p => p.name).ToList();
            }),
        ];
    }

    // i and k stand for an index, * for anything.
    private static Regex Pattern(string key) => new($"^{Regex.Escape(key)
        .Replace(@"\*", ".+", StringComparison.Ordinal)
        .Replace(@"\.i\.", @"\.\d+\.", StringComparison.Ordinal)
        .Replace(@"\.k\.", @"\.\d+\.", StringComparison.Ordinal)}$");

    private static IEnumerable<string> Quoted(string cell) => Regex.Matches(cell, "`([^`]+)`").Select(match => match.Groups[1].Value);

    // The page is no part of the build's output: it lies beside the library's source.
    private static string Locate() => Path.Combine(Repository.Root, "src", "InternVideoNext", "NAMES.md");
}
