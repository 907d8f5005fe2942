using InternVideoNext.Benchmarks;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Benchmarks;

public sealed class TimelineTests
{
    [Fact]
    public void End_Nested_ClosesTheSpanThatBeganLast()
    {
        var timeline = new Timeline(() => { });
        timeline.Begin("outer", "part");
        timeline.Begin("inner", "module");
        timeline.End();
        timeline.End();
        Assert.Equal(["inner", "outer"], timeline.Spans.Select(s => s.Name));
        Assert.True(
            timeline.Spans[1].Microseconds <= timeline.Spans[0].Microseconds && timeline.Spans[0].Duration <= timeline.Spans[1].Duration);
    }

    [Fact]
    public void ModuleSpans_Disposed_DrawNothingMore()
    {
        using var scope = NewDisposeScope();
        var timeline = new Timeline(() => { });
        using var model = nn.Sequential(("a", nn.Linear(2, 2)), ("b", nn.ReLU()));
        using (var spans = new ModuleSpans(timeline, model, "model"))
        {
            Assert.Equal(3, spans.Count);
            model.call(ones(1, 2));
        }
        Assert.Equal("model", timeline.Spans[^1].Name);
        Assert.Contains("model.a", timeline.Spans.Select(s => s.Name));
        var drawn = timeline.Spans.Count;
        model.call(ones(1, 2));
        Assert.Equal(drawn, timeline.Spans.Count);
    }
}
