namespace InternVideoNext.Checkpoints;

/// <summary>Opens a file of tensors, whatever its format, told from its content.</summary>
public static class TensorFile
{
    private const int HeadLength = 8;

    /// <summary>Opens a checkpoint for reading. No format's code is ever run.</summary>
    /// <param name="path">
    /// A safetensors file, index or folder (as <see cref="SafetensorsCheckpoint.Open"/>), a PyTorch file (<c>.pt</c>, <c>.pth</c>,
    /// <c>.bin</c>, zipped or legacy), or a NumPy file (<c>.npz</c>, <c>.npy</c>).
    /// </param>
    /// <exception cref="IOException">
    /// The file breaks its format (<see cref="SafetensorsException"/>, <see cref="TensorFileException"/>), or there is none.
    /// </exception>
    public static ITensorFile Open(string path) => File.Exists(path) ? Head(path) switch
    {
        [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => OpenArchive(path),
        [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => NumpyFile.Open(path),
        // A pickle's first word; a safetensors file of such a length of header would be one of 30 PiB or more.
        [0x80, < 6, ..] when !IsSafetensors(path) => TorchFile.OpenLegacy(path),
        _ => SafetensorsCheckpoint.Open(path),
    } : SafetensorsCheckpoint.Open(path);

    private static ITensorFile OpenArchive(string path)
    {
        var archive = ZippedFile.Open(path);
        try
        {
            return archive.Names.Any(name => name.EndsWith(".npy", StringComparison.Ordinal)) ? NumpyFile.Open(archive)
                : TorchFile.Open(archive);
        }
        catch (IOException)
        {
            archive.Dispose();
            throw;
        }
    }

    private static byte[] Head(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var head = new byte[HeadLength];
        return head[..file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false)];
    }

    private static bool IsSafetensors(string path)
    {
        try
        {
            SafetensorsFile.Open(path).Dispose();
            return true;
        }
        catch (SafetensorsException)
        {
            return false;
        }
    }
}
