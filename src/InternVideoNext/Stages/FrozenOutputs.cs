using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using InternVideoNext.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

/// <summary>
/// What frozen teachers gave for a training's batches, kept in files for other trainings over the same batches: the rows of a table share
/// clips and teacher, and a teacher is a fifth of a step. An output is found by the network, the number of threads and the batch's own
/// bytes, so what is read is what computing it again would give, to the bit. On the CPU only, where computing is slower than reading.
/// A process that finds the disk full goes on without.
/// </summary>
public sealed class FrozenOutputs
{
    private readonly string _folder;
    private readonly string _network;
    private readonly long _batches;
    private bool _full;

    /// <summary>Opens a folder; several processes may share it. Its owner deletes it: of a machine that failed, files may be cut.</summary>
    /// <param name="folder">The folder; made when something is written.</param>
    /// <param name="network">What tells the network from every other: its configuration, and where its weights are from.</param>
    /// <param name="batches">Of the first so many batches of a training the outputs are kept; the others are computed.</param>
    public FrozenOutputs(string folder, string network, long batches) =>
        (_folder, _network, _batches) = (folder, network, batches);

    /// <summary>An image teacher's output for a batch.</summary>
    /// <param name="input">The batch.</param>
    /// <param name="alignedLayers">As for <see cref="IImageTeacher.Observe"/>.</param>
    /// <param name="observe">Computes it.</param>
    internal TeacherOutput Observed(StepInput input, int alignedLayers, Func<TeacherOutput> observe)
    {
        var kept = Kept(input, $"layers {alignedLayers}", () =>
        {
            var output = observe();
            return [output.Middle, output.Final, output.Saliency];
        });
        return new TeacherOutput(kept[0], kept[1], kept[2]);
    }

    /// <summary>A video teacher's targets for a batch.</summary>
    /// <param name="input">The batch.</param>
    /// <param name="targets">Computes them.</param>
    internal Tensor Targets(StepInput input, Func<Tensor> targets) => Kept(input, "targets", () => [targets()])[0];

    private Tensor[] Kept(StepInput input, string kind, Func<Tensor[]> compute)
    {
        if (input.Step >= _batches || input.Video.device_type != DeviceType.CPU) return compute();
        var path = Path.Combine(_folder, Key(input.Video, kind));
        if (File.Exists(path)) return Read(path);
        var outputs = compute();
        if (!_full) Write(path, outputs);
        return outputs;
    }

    private string Key(Tensor video, string kind)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var what = $"{_network}\n{kind}\n{get_num_threads()} threads\n{video.dtype} {string.Join(',', video.shape)}\n";
        hash.AppendData(Encoding.UTF8.GetBytes(what));
        using var flat = video.contiguous();
        hash.AppendData(flat.bytes);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    // A file: for each tensor its type, its number of dimensions, the dimensions, its bytes.
    private void Write(string path, Tensor[] outputs)
    {
        var aside = $"{path}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(_folder);
            using (var file = new BinaryWriter(File.Create(aside)))
                foreach (var output in outputs)
                {
                    using var flat = output.contiguous();
                    file.Write((sbyte)output.dtype);
                    file.Write((byte)output.shape.Length);
                    file.Write(MemoryMarshal.AsBytes(output.shape.AsSpan()));
                    file.Write(flat.bytes);
                }
            File.Move(aside, path, overwrite: true);
        }
        catch (IOException)
        {
            _full = true;
            if (File.Exists(aside)) File.Delete(aside);
        }
    }

    private static Tensor[] Read(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var outputs = new List<Tensor>();
        while (file.BaseStream.Position < file.BaseStream.Length)
        {
            var type = (ScalarType)file.ReadSByte();
            var shape = new long[file.ReadByte()];
            file.BaseStream.ReadExactly(MemoryMarshal.AsBytes(shape.AsSpan()));
            var output = empty(shape, dtype: type, device: CPU);
            file.BaseStream.ReadExactly(output.bytes);
            outputs.Add(output);
        }
        return [.. outputs];
    }
}
