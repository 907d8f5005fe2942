using System.Runtime.InteropServices;
using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Data;

/// <summary>
/// A batch being read: its clips' tasks, and the tensor that they write to, which is also what is handed on: at full size a batch
/// is 150 MB, and every further copy of it costs as much as decoding some clips.
/// </summary>
internal sealed class PendingBatch
{
    private readonly Tensor _video;
    private readonly List<(Task<ClipRead?[]> Group, int Place, int Entry)> _clips = [];

    private PendingBatch(int clips, DataConfig config) =>
        _video = PooledTensor.Empty(clips, 3, config.Frames, config.Size, config.Size).DetachFromDisposeScope();

    /// <summary>Queues the clips of some batches, several clips a group, which may reach from one batch into the next.</summary>
    /// <param name="batches">The batches' clips.</param>
    /// <param name="together">Clips of a group, which one worker reads.</param>
    /// <param name="config">Shape of a clip.</param>
    /// <param name="reader">Reads a group.</param>
    /// <param name="workers">Run the groups.</param>
    public static IReadOnlyList<PendingBatch> Queue(
        IReadOnlyList<ClipRequest[]> batches, int together, DataConfig config, ClipReader reader, ClipWorkers workers)
    {
        PendingBatch[] pending = [.. batches.Select(clips => new PendingBatch(clips.Length, config))];
        var all = batches.SelectMany((clips, batch) => clips.Select((clip, place) => (Clip: clip, Batch: pending[batch], Place: place)));
        foreach (var group in all.Chunk(together))
        {
            ClipRequest[] clips = [.. group.Select(c => c.Clip)];
            var task = workers.Run(() => reader.Read(clips, i => group[i].Batch.Clip(group[i].Place), workers.Stopping));
            for (var i = 0; i < group.Length; i++) group[i].Batch._clips.Add((task, i, clips[i].Entry));
        }
        return pending;
    }

    /// <summary>Waits for the clips. Null if all of them were left out.</summary>
    public async Task<ClipBatch?> Finish(CancellationToken cancellation)
    {
        await Task.WhenAll(_clips.Select(c => c.Group).Distinct()).WaitAsync(cancellation).ConfigureAwait(false);
        var read = new List<ClipRead?>();
        foreach (var (group, place, _) in _clips) read.Add((await group.ConfigureAwait(false))[place]);
        var kept = Enumerable.Range(0, read.Count).Where(i => read[i] is not null).ToArray();
        int[] chosen = [.. kept.Select(i => read[i]!.Entry)];
        if (kept.Length == read.Count)
        {
            var replaced = kept.Where(i => read[i]!.Replaced is not null)
                .Select(i => new ClipReplacement(i, _clips[i].Entry, read[i]!.Entry, read[i]!.Replaced!));
            return new ClipBatch(_video, chosen) { Replaced = [.. replaced] };
        }
        using var whole = _video;
        return kept.Length == 0 ? null : new ClipBatch(Kept(kept), chosen);
    }

    private Tensor Kept(int[] kept)
    {
        using var places = tensor(kept.Select(i => (long)i).ToArray());
        return _video.index_select(0, places).DetachFromDisposeScope();
    }

    private Span<float> Clip(int place)
    {
        var values = MemoryMarshal.Cast<byte, float>(_video.bytes);
        var length = values.Length / (int)_video.shape[0];
        return values.Slice(place * length, length);
    }
}

/// <summary>Where a clip of a group is written.</summary>
/// <param name="place">The clip's place in its group.</param>
/// <returns>[3, T, S, S] values.</returns>
internal delegate Span<float> ClipDestination(int place);
