using InternVideoNext.DotNetInteractive.Commands;
using InternVideoNext.DotNetInteractive.Formatting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;

namespace InternVideoNext.Tests.DotNetInteractive;

/// <summary>The directive, sent as a cell is.</summary>
public sealed class DirectiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CompositeKernel _kernel = new();
    private readonly List<KernelEvent> _events = [];

    public DirectiveTests()
    {
        Formatters.Register();
        _kernel.Add(new SilentKernel());
        _kernel.DefaultKernelName = "silent";
        Directive.Register(_kernel);
        _kernel.KernelEvents.Subscribe(new Recorder(_events));
    }

    [Fact]
    public async Task Alone_ListsEveryCommand()
    {
        await SendAsync("#!ivnext");
        Assert.All(
            ["train", "ablate", "describe", "rows", "curves", "charts"],
            command => Assert.Contains($"#!ivnext {command}", Html(Shown().Single()), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Train_ProgressIsOneOutputThatIsUpdated_ThenCurveAndSummary()
    {
        var run = _folder["run"];
        await SendAsync($"#!ivnext train --stage 1 --preset tiny --steps 2 --out {run}");
        Assert.Equal("", Failure());
        var shown = Shown();
        Assert.Equal(3, shown.Count);
        Assert.Contains("2 of 2", Html(shown[0]), StringComparison.Ordinal);
        Assert.Contains("Plotly.newPlot", Html(shown[1]), StringComparison.Ordinal);
        Assert.Contains(run, Html(shown[2]), StringComparison.Ordinal);
        Assert.All(_events.OfType<DisplayedValueUpdated>(), updated => Assert.Equal(shown[0].ValueId, updated.ValueId));
        Assert.Contains("done", Html(_events.OfType<DisplayedValueUpdated>().Last()), StringComparison.Ordinal);

        _events.Clear();
        await SendAsync($"#!ivnext train --stage 1 --preset tiny --steps 3 --out {run}");
        Assert.Contains("holds a run that differs in training.steps", Failure(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!ivnext train --stage 3", "--stage 3: it is 1 or 2")]
    [InlineData("#!ivnext ablate --row nothing", "nothing")]
    [InlineData("#!ivnext describe --preset huge", "huge")]
    public async Task Command_WhatCannotBe_IsSaidInALine(string line, string word)
    {
        await SendAsync(line);
        Assert.Contains(word, Failure(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', Failure());
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _folder.Dispose();
    }

    private Task SendAsync(string code) => _kernel.SendAsync(new SubmitCode(code), CancellationToken.None);

    private List<DisplayedValueProduced> Shown() => [.. _events.OfType<DisplayedValueProduced>()];

    private string Failure() => string.Join('\n', _events.OfType<CommandFailed>().Select(failed => failed.Message).Distinct());

    private static string Html(DisplayEvent shown) => shown.FormattedValues.Single(value => value.MimeType == "text/html").Value;

    private sealed class SilentKernel() : Kernel("silent"), IKernelCommandHandler<SubmitCode>
    {
        Task IKernelCommandHandler<SubmitCode>.HandleAsync(SubmitCode command, KernelInvocationContext context) => Task.CompletedTask;
    }

    private sealed class Recorder(List<KernelEvent> events) : IObserver<KernelEvent>
    {
        public void OnNext(KernelEvent value)
        {
            lock (events) events.Add(value);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
