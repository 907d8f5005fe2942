namespace InternVideoNext.Runs;

/// <summary>How far a run is.</summary>
public enum RunState
{
    /// <summary>A process trains it now.</summary>
    Running,

    /// <summary>Every step is done.</summary>
    Finished,

    /// <summary>Steps are left, and no process works on them: it was stopped, halted or killed.</summary>
    Interrupted,
}
