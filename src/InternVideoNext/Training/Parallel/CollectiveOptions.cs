namespace InternVideoNext.Training.Parallel;

/// <summary>How long the calls of a group wait for a process that says nothing.</summary>
public sealed record CollectiveOptions
{
    /// <summary>How long a call waits, unless told otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A call that hears nothing from a process for so long ends with a <see cref="ProcessLostException"/> that names it. The work of
    /// one process alone, such as a checkpoint or a probe, must end within it.
    /// </summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>Asks the run to stop: a call that waits then waits no longer than <see cref="StopTimeout"/> more.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>How long a call still waits once <see cref="Stop"/> is asked for.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Is told, as a sentence, for whom a call still waits though <see cref="Stop"/> was asked for.</summary>
    public Action<string>? Notice { get; init; }
}
