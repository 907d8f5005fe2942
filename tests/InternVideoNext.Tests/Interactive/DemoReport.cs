using InternVideoNext.Interactive;
using InternVideoNext.Modules;
using TorchSharp;

namespace InternVideoNext.Tests.Interactive;

/// <summary>A report with every view in it, of made-up data.</summary>
internal static class DemoReport
{
    private const string Hostile = "<script>alert('x')</script> & \"quotes\" ]]> <!-- \u0007";

    public static HtmlReport Build(int size = 32, int frames = 8, int patch = 4)
    {
        using var scope = torch.NewDisposeScope();
        var grid = new TokenGrid(frames, size / patch, size / patch);
        var generator = new torch.Generator(7);
        var clip = MovingDisc(frames, size);
        var mask = torch.rand(grid.Tokens, generator: generator) < 0.75;
        var noisy = clip + (torch.randn(clip.shape, generator: generator) * 0.25);
        var patches = torch.nn.functional.avg_pool2d(clip.permute(1, 0, 2, 3), patch);
        var saliency = patches.amax([1]).flatten(1);
        var features = patches.permute(0, 2, 3, 1).reshape(grid.Tokens, 3).matmul(torch.randn(3, 24, generator: generator));
        var report = new HtmlReport("InternVideo-Next quickstart")
        {
            Lead = "The trained encoder reads appearance and motion from held-out clips better than a random one. " + Hostile,
            Origin = new ReportOrigin("./ivnext quickstart --out \"my run\"", "{\n  \"seed\": 7,\n  \"name\": \"" + Hostile + "\"\n}", 7)
            {
                Details = [("Processor", "2 cores"), ("Time", "4:12")],
            },
        };
        report.Section("Result").Paragraph(Hostile).Add(Probe());
        report.Section("Training").Add(Loss("Stage 1", 0)).Add(Loss("Stage 2", 3))
            .Add(new ProgressView("Stage 2", 420, 600)
            { Losses = [("total", 0.4321)], ClipsPerSecond = 35.2, Remaining = TimeSpan.FromSeconds(83) });
        report.Section("Clips")
            .Add(new SideBySide(new ClipPlayer(clip) { Caption = "A moving disc." }, new ClipStrip(clip) { Caption = "Its frames." }));
        var tube = mask.view(grid.Frames, -1)[0].unsqueeze(0).expand(grid.Frames, -1).reshape(-1);
        report.Section("Masks").Subheading("Per policy").Add(new MaskStrip(clip, [("Random", mask), ("Tube", tube)], grid))
            .Subheading("Hidden").Add(new MaskStrip(clip, mask, grid) { Style = MaskStyle.Hide });
        report.Section("Reconstruction").Add(new ReconstructionView(clip, noisy, mask, grid) { Caption = "Sampled with 50 steps." });
        report.Section("Saliency and features").Add(new SaliencyStrip(clip, saliency, grid) { Caption = "What the teacher attends to." })
            .Add(new FeatureMap(features, grid, clip));
        report.Section("Model")
            .Add(new ModelTree(torch.nn.Sequential(("qkv", torch.nn.Linear(8, 24)), ("proj", torch.nn.Linear(8, 8))), "attention"))
            .List(["One " + Hostile, "Two"]).Preformatted("dotnet --info\n" + Hostile);
        return report;
    }

    private static ResultTable Probe() => new(
        ["Encoder", new TableColumn("Appearance, %") { Format = "0.0", Best = TableBest.Highest }, new TableColumn("Motion, %")
            { Format = "0.0", Best = TableBest.Highest }],
        [["Stage 2", 96.1, 71.9], ["Stage 1", 97.4, 64.0], ["Random", 61.3, 30.2]])
    {
        Caption = "Linear probes on held-out clips",
        Footnotes = ["Chance is 12.5 %."],
    };

    private static LineChart Loss(string title, int phase)
    {
        var steps = Enumerable.Range(0, 600).Select(i => (double)i).ToList();
        LineSeries Curve(string name, double height) =>
            new(name, steps, steps.Select(x => height * (Math.Exp(-x / 120) + 0.2 + (0.05 * Math.Sin((x * x) + phase)))));
        return new LineChart(
            title, "step", "loss", Curve("total", 4), Curve("align, middle", 1.2), Curve("align, final", 0.7),
            Curve("pixel", 2))
        { Smoothing = 0.9 };
    }

    private static torch.Tensor MovingDisc(int frames, int size)
    {
        using var scope = torch.NewDisposeScope();
        var rows = torch.arange(size).view(size, 1);
        var columns = torch.arange(size).view(1, size);
        var drawn = Enumerable.Range(0, frames).Select(t =>
        {
            var distance = ((rows - (size * 0.5)).pow(2) + (columns - (size * (0.2 + (0.6 * t / frames)))).pow(2)).sqrt();
            var disc = (distance < size * 0.2).to(torch.float32);
            var ground = (rows + columns).to(torch.float32) / (2f * size);
            return torch.stack([(ground * 0.5) + (disc * 1.6), ground - disc, (1.2 - ground) - (disc * 1.5)]); // [3, H, W]
        });
        return torch.stack([.. drawn], 1).MoveToOuterDisposeScope();
    }
}
