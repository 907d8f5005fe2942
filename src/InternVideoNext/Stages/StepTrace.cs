namespace InternVideoNext.Stages;

/// <summary>
/// Where a step says which part it is in. By default nobody listens; a benchmark passes a trace of its own when it builds a
/// stage. Models know nothing of it.
/// </summary>
internal abstract class StepTrace
{
    /// <summary>Listens to nothing.</summary>
    public static StepTrace None { get; } = new Silent();

    /// <summary>Begins a part, which ends when the answer is disposed.</summary>
    public Span Enter(StepPart part)
    {
        Begin(part);
        return new Span(this);
    }

    /// <summary>A part begins.</summary>
    protected abstract void Begin(StepPart part);

    /// <summary>The part that began last ends.</summary>
    protected abstract void End();

    /// <summary>A part under way.</summary>
    /// <param name="trace">Told when it ends.</param>
    internal readonly struct Span(StepTrace trace) : IDisposable
    {
        public void Dispose() => trace.End();
    }

    private sealed class Silent : StepTrace
    {
        protected override void Begin(StepPart part)
        {
            // Nobody listens.
        }

        protected override void End()
        {
            // Nobody listens.
        }
    }
}
