using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using TorchSharp;

namespace InternVideoNext.Cli.Ablate;

/// <summary>
/// The worker's side: one run in a process of its own, so that several share the cores (or a GPU) without waiting for one
/// another inside every operation. Ends, with a checkpoint, when its standard input is closed: when it is told to, or its parent is gone.
/// </summary>
internal static class AblationWorker
{
    public static async Task<int> RunAsync(string folder, string name, int threads, CancellationToken cancellation)
    {
        torch.set_num_threads(threads);
        using var parentGone = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, parentGone.Token);
        _ = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is not null)
            {
                // Nothing is said to a worker; only the end of its input counts.
            }
            await parentGone.CancelAsync().ConfigureAwait(false);
        }, CancellationToken.None);
        var plan = await AblationRequest.Read(folder).PlanAsync(folder, stop.Token).ConfigureAwait(false);
        var run = plan.Runs.FirstOrDefault(r => r.Name == name)
            ?? throw new ConfigurationException(
                $"--run {name}: the request in {folder} makes no such run; it makes {string.Join(", ", plan.Runs.Select(r => r.Name))}");
        try
        {
            var progress = new ImmediateProgress<AblationProgress>(p => Console.WriteLine(WorkerMessage.Of(p)));
            await new AblationRunner(plan, folder).RunAsync(run, progress, stop.Token).ConfigureAwait(false);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed;
        }
    }
}
