using System.ComponentModel;
using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Foundation;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task AskAsync_Arguments_ArriveAsTheyAre()
    {
        string[] words = ["", "a b", "it's \"quoted\"", "back\\slash\\", "$HOME", "*", "-n", "ü\n2"];
        var answer = await Ask(new ChildCommand("printf", ["%s|", .. words]));
        Assert.Equal((0, string.Join('|', words) + "|"), (answer.Code, answer.Output));
    }

    [Fact]
    public async Task AskAsync_BothStreamsFull_AreBothRead()
    {
        var answer = await Ask(Shell("head -c 300000 /dev/zero | tr '\\0' a; head -c 300000 /dev/zero | tr '\\0' b >&2; exit 7"));
        Assert.Equal((7, 300000, 300000), (answer.Code, answer.Output.Length, answer.Error.Length));
    }

    [Fact]
    public void Run_FedMoreThanAPipeHolds_GivesItBack()
    {
        var given = new byte[1 << 20];
        new Random(1).NextBytes(given);
        using var back = new MemoryStream();
        var command = new ChildCommand("cat", []) { Input = stream => stream.Write(given), Output = stream => stream.CopyTo(back) };
        Assert.Equal(0, ChildProcess.Run(command, CancellationToken.None));
        Assert.Equal(given, back.ToArray());
    }

    [Fact]
    public async Task RunAsync_Cancelled_EndsWhatItStartedToo()
    {
        using var stop = new CancellationTokenSource();
        var child = new TaskCompletionSource<string>();
        var command = Shell("sleep 600 & echo $!; wait") with { Output = ChildProcess.EachLine(line => child.TrySetResult(line)) };
        var running = ChildProcess.RunAsync(command, stop.Token);
        var id = await child.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        var status = $"/proc/{id}/stat";
        for (var i = 0; i < 600 && IsRunning(status); i++) await Task.Delay(50);
        Assert.False(IsRunning(status));
    }

    [Fact]
    public void Run_ReaderThatFails_EndsTheProgram()
    {
        var command = Shell("echo x; sleep 600") with { Output = _ => throw new InvalidDataException("enough") };
        Assert.Throws<InvalidDataException>(() => ChildProcess.Run(command, CancellationToken.None));
    }

    [Fact]
    public async Task Start_HeldInput_EndsWhenItIsClosed()
    {
        var lines = new List<string>();
        using var process = ChildProcess.Start(
            Shell("cat; echo ended; exit 3") with { HoldsInput = true, Output = ChildProcess.EachLine(lines.Add) });
        Assert.False(process.Exited.IsCompleted);
        Assert.True(process.ResidentBytes > 0);
        process.CloseInput();
        Assert.Equal(3, await process.Exited);
        Assert.Equal(["ended"], lines);
        process.Kill();
    }

    [Fact]
    public async Task AskAsync_Environment_IsAsGiven()
    {
        var command = Shell("echo $A-${HOME:+set}-$(pwd)") with
        {
            Environment = new Dictionary<string, string?> { ["A"] = "1", ["HOME"] = null },
            Folder = "/",
        };
        Assert.Equal("1--/\n", (await Ask(command)).Output);
    }

    [Fact]
    public void Start_NoSuchProgram_Throws() =>
        Assert.Throws<Win32Exception>(() => ChildProcess.Start(new ChildCommand("/nonexistent/program", [])));

    private static Task<ChildAnswer> Ask(ChildCommand command) => ChildProcess.AskAsync(command, CancellationToken.None);

    private static ChildCommand Shell(string script) => new("/bin/sh", ["-c", script]);

    private static bool IsRunning(string status)
    {
        try
        {
            return File.Exists(status) && !File.ReadAllText(status).Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
