using InternVideoNext.Checkpoints;
using InternVideoNext.Models;
using InternVideoNext.Models.Peers;
using static TorchSharp.torch;

namespace InternVideoNext.Runs;

/// <summary>Opens any encoder that is known here for reading features: ours, the released ones, and other systems'.</summary>
public static class FrozenEncoders
{
    /// <summary>Opens an encoder, told from the file's content.</summary>
    /// <param name="path">
    /// A run's folder, a checkpoint folder, a file of our own or of the released weights; or another system's file (safetensors, PyTorch,
    /// NumPy) or the folder of one, with or without its <c>config.json</c>.
    /// </param>
    /// <param name="device">Where to put it.</param>
    /// <param name="frames">Frames of the clips it is to read; null: as it was trained.</param>
    /// <param name="imageSize">Side of these clips in pixels, likewise.</param>
    /// <param name="options">
    /// What no tensor of another system's file tells; null: from a <c>config.json</c> beside it, else as released.
    /// </param>
    /// <exception cref="InvalidDataException">The file holds no encoder that is known here.</exception>
    /// <exception cref="IOException">There is no such file, or it breaks its format.</exception>
    /// <exception cref="CheckpointMismatchException">Names or shapes do not fit; every one is listed.</exception>
    public static IFrozenEncoder Open(
        string path, Device device, int? frames = null, int? imageSize = null, PeerOptions? options = null)
    {
        if (File.Exists(path) || Directory.Exists(path) && !IsRun(path))
        {
            using var file = TensorFile.Open(path);
            if (PeerCheckpoint.Recognise(file, options ?? PeerOptions.Beside(path)) is { } peer) return peer.Load(device, out _);
        }

        return new FrozenVideoEncoder(ModelCheckpoint.OpenEncoder(path, device, frames, imageSize));
    }

    // A run's folder has no weights of its own, but checkpoints with them.
    private static bool IsRun(string folder) =>
        !Directory.EnumerateFiles(folder, "*.safetensors*").Any() || new RunFolder(folder).CheckpointFolders().Count > 0;
}
