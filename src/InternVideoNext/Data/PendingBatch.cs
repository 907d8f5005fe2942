using System.Buffers;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace InternVideoNext.Data;

/// <summary>A batch being read: its clips' tasks, and the memory that they write to.</summary>
internal sealed class PendingBatch
{
    private readonly int _frames;
    private readonly int _size;
    private readonly float[] _pixels;
    private readonly Task<int?>[] _clips;

    /// <summary>Queues the clips of a batch.</summary>
    /// <param name="clips">Each writes [3, T, S, S] values and gives its manifest entry, or null to be left out.</param>
    /// <param name="frames">T.</param>
    /// <param name="size">S.</param>
    /// <param name="workers">Run the clips.</param>
    public PendingBatch(IReadOnlyList<ClipLoader> clips, int frames, int size, ClipWorkers workers)
    {
        (_frames, _size) = (frames, size);
        _pixels = ArrayPool<float>.Shared.Rent(checked(clips.Count * ClipLength));
        _clips = new Task<int?>[clips.Count];
        for (var i = 0; i < clips.Count; i++)
        {
            var (load, memory) = (clips[i], _pixels.AsMemory(i * ClipLength, ClipLength));
            _clips[i] = workers.Run(() => load(memory, workers.Stopping));
        }
    }

    private int ClipLength => 3 * _frames * _size * _size;

    /// <summary>Waits for the clips. Null if all of them were left out.</summary>
    public async Task<ClipBatch?> Finish(CancellationToken cancellation)
    {
        var entries = await Task.WhenAll(_clips).WaitAsync(cancellation).ConfigureAwait(false);
        var kept = Enumerable.Range(0, entries.Length).Where(i => entries[i] is not null).ToArray();
        var batch = kept.Length == 0 ? null : new ClipBatch(ToTensor(kept), [.. kept.Select(i => entries[i]!.Value)]);
        ArrayPool<float>.Shared.Return(_pixels);
        return batch;
    }

    private Tensor ToTensor(int[] kept)
    {
        var video = empty([kept.Length, 3, _frames, _size, _size], dtype: ScalarType.Float32, device: CPU).DetachFromDisposeScope();
        var values = MemoryMarshal.Cast<byte, float>(video.bytes);
        for (var i = 0; i < kept.Length; i++) _pixels.AsSpan(kept[i] * ClipLength, ClipLength).CopyTo(values[(i * ClipLength)..]);
        return video;
    }
}

/// <summary>Reads one clip into memory.</summary>
/// <param name="destination">[3, T, S, S] values.</param>
/// <param name="cancellation">Ends the reading.</param>
/// <returns>The manifest entry read, or null if it cannot be.</returns>
internal delegate int? ClipLoader(Memory<float> destination, CancellationToken cancellation);
