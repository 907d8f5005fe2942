using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using InternVideoNext.Foundation;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Cli.Parallel;

/// <summary>
/// Where processes that a launcher has started on one machine learn where to meet: rank 0 listens at a free port of the loopback
/// interface, and leaves it with a random token in a file that only this user can read.
/// </summary>
internal sealed class MeetingFile
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    private readonly string _path;

    /// <param name="launch">Tells the job from others.</param>
    public MeetingFile(LaunchEnvironment launch)
    {
        var job = SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.MachineName} {launch.Launcher} {launch.Job} {launch.Size}"));
        _path = Path.Combine(UserCache.Folder("meeting"), Convert.ToHexString(job));
    }

    /// <summary>Opens the meeting, as rank 0.</summary>
    public Socket Open(out string token)
    {
        var folder = Path.GetDirectoryName(_path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        token = MeetingPlace.NewToken();
        AsideFile.Write(_path, $"{(IPEndPoint)listener.LocalEndPoint!}\n{token}\n");
        return listener;
    }

    /// <summary>Removes what <see cref="Open"/> has left, once all have come.</summary>
    public void Close() => File.Delete(_path);

    /// <summary>Waits until rank 0 has opened the meeting.</summary>
    public async Task<MeetingPlace> FindAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (File.Exists(_path) && await ReadAsync(cancellation).ConfigureAwait(false) is [var address, var token, ..])
                return new MeetingPlace(address, token);
            await Task.Delay(Retry, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<string[]?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllLinesAsync(_path, cancellation).ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            return null; // it was of an earlier run
        }
    }
}
