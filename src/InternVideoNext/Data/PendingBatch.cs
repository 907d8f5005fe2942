using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace InternVideoNext.Data;

/// <summary>
/// A batch being read: its clips' tasks, and the tensor that they write to, which is also what is handed on: at full size a batch
/// is 150 MB, and every further copy of it costs as much as decoding some clips.
/// </summary>
internal sealed class PendingBatch
{
    private readonly Tensor _video;
    private readonly Task<int?[]>[] _groups;

    /// <summary>Queues the clips of a batch.</summary>
    /// <param name="groups">Clips that are read together, each group by one worker.</param>
    /// <param name="frames">T.</param>
    /// <param name="size">S.</param>
    /// <param name="reader">Reads a group.</param>
    /// <param name="workers">Run the groups.</param>
    public PendingBatch(IReadOnlyList<ClipRequest[]> groups, int frames, int size, ClipReader reader, ClipWorkers workers)
    {
        _video = empty([groups.Sum(g => g.Length), 3, frames, size, size], dtype: ScalarType.Float32, device: CPU).DetachFromDisposeScope();
        _groups = new Task<int?[]>[groups.Count];
        var first = 0;
        for (var i = 0; i < groups.Count; i++)
        {
            var (clips, start) = (groups[i], first);
            _groups[i] = workers.Run(() => reader.Read(clips, place => Clip(start + place), workers.Stopping));
            first += clips.Length;
        }
    }

    /// <summary>Waits for the clips. Null if all of them were left out.</summary>
    public async Task<ClipBatch?> Finish(CancellationToken cancellation)
    {
        int?[] entries = [.. (await Task.WhenAll(_groups).WaitAsync(cancellation).ConfigureAwait(false)).SelectMany(g => g)];
        var kept = Enumerable.Range(0, entries.Length).Where(i => entries[i] is not null).ToArray();
        int[] chosen = [.. kept.Select(i => entries[i]!.Value)];
        if (kept.Length == entries.Length) return new ClipBatch(_video, chosen);
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
