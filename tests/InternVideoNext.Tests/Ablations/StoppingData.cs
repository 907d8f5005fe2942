using System.Runtime.CompilerServices;
using InternVideoNext.Ablations;
using InternVideoNext.Data;

namespace InternVideoNext.Tests.Ablations;

/// <summary>Data that cancels a token once so many training batches were read.</summary>
internal sealed class StoppingData(IAblationData inner, int batches, CancellationTokenSource stop) : IAblationData
{
    private int _left = batches;

    public string Description => inner.Description;

    public string Fingerprint => inner.Fingerprint;

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Labels => inner.Labels;

    public LabelledClips Open(AblationPart part, DataConfig clips, ulong seed)
    {
        var opened = inner.Open(part, clips, seed);
        return part == AblationPart.Training ? opened with { Source = new Counting(opened.Source, this) } : opened;
    }

    private void Count()
    {
        if (--_left == 0) stop.Cancel();
    }

    private sealed class Counting(IClipSource source, StoppingData data) : IClipSource
    {
        public int Count => source.Count;

        public async IAsyncEnumerable<ClipBatch> ReadTraining(
            int batchSize, ulong seed, IEnumerable<long> batches, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var batch in source.ReadTraining(batchSize, seed, batches, cancellation))
            {
                data.Count();
                yield return batch;
            }
        }

        public IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation) =>
            source.ReadOnce(batchSize, cancellation);
    }
}
