using System.ComponentModel;
using System.Text.Json;
using FFMpegCore.Exceptions;
using InternVideoNext.Cli;
using InternVideoNext.Cli.Bench;
using InternVideoNext.Foundation;
using TorchSharp;

namespace InternVideoNext.Tests.Cli;

public sealed class ErrorReportTests
{
    private const string NotMapped = "The JSON property 'b' could not be mapped to any .NET member contained in type 'X.Y'.";

    public static TheoryData<Exception, int, string> Errors => new()
    {
        { new ConfigurationException("steps = 0"), 2, "ivnext: steps = 0" },
        { new ArgumentException("width is 3", "width"), 2, "ivnext: width is 3" },
        { new ArgumentOutOfRangeException("count", 0, "count must be 1 or more"), 2, "ivnext: count must be 1 or more" },
        { new TwinMissingException("no torch"), 3, "ivnext: no torch" },
        { new FileNotFoundException("no such file: a"), 1, "ivnext: no such file: a" },
        { new JsonException("',' expected"), 1, "ivnext: ',' expected" },
        { new JsonException("bad. Path: $.a | LineNumber: 2 | BytePositionInLine: 7."), 1, "ivnext: bad, line 3" },
        { new InvalidDataException("a.json: " + NotMapped), 1, "ivnext: a.json: 'b' is unknown here" },
        { new Win32Exception(2, "cannot start x"), 1, "ivnext: cannot start x" },
        { new HttpRequestException("no route"), 1, "ivnext: no route" },
        { new FFMpegException("ffmpeg failed:\nbanner\nfull disk"), 1, "ivnext: ffmpeg failed: full disk" },
        { new AggregateException(new InvalidDataException("damaged")), 1, "ivnext: damaged" },
        { new OperationCanceledException(), 1, "ivnext: interrupted" },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Guard_KnownError_IsOneLineAndACode(Exception thrown, int expected, string line)
    {
        using var error = new StringWriter();
        Assert.Equal(expected, await ErrorReport.GuardAsync(() => Task.FromException<int>(thrown), error));
        Assert.Equal(line, error.ToString().TrimEnd());
    }

    [Fact]
    public async Task Guard_HundredsOfLines_AreCounted()
    {
        using var error = new StringWriter();
        var lines = string.Join('\n', Enumerable.Range(0, 100).Select(i => $"  line {i}"));
        await ErrorReport.GuardAsync(() => Task.FromException<int>(new InvalidDataException(lines)), error);
        Assert.Equal(12, error.ToString().TrimEnd().Split('\n').Length);
        Assert.EndsWith("  and 89 more", error.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guard_NoMemory_SaysHowMuchWasAskedForAndWhatToDo()
    {
        using var error = new StringWriter();
        Assert.Equal(1, await ErrorReport.GuardAsync(
            () =>
            {
                torch.empty(1L << 45).Dispose();
                return Task.FromResult(0);
            }, error));
        Assert.StartsWith("ivnext: memory ran out: 131072.0 GiB more were asked for", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guard_FaultOfTheProgram_IsNotHidden()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(new InvalidOperationException("a bug")));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Run(new ArgumentNullException("clips")));

        static Task<int> Run(Exception thrown) => ErrorReport.GuardAsync(() => Task.FromException<int>(thrown), TextWriter.Null);
    }

    [Fact]
    public async Task Guard_WhatLibtorchRefuses_IsOneLine()
    {
        using var error = new StringWriter();
        Assert.Equal(1, await ErrorReport.GuardAsync(
            () =>
            {
                using var a = torch.zeros(2, 3);
                using var reshaped = a.reshape(7);
                return Task.FromResult(0);
            }, error));
        Assert.StartsWith("ivnext: shape '[7]' is invalid for input of size 6", error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Guard_FolderWhereAFileIsNeeded_SaysSo()
    {
        using var folder = new TemporaryFolder();
        using var error = new StringWriter();
        await ErrorReport.GuardAsync(
            () =>
            {
                File.ReadAllText(folder.Path);
                return Task.FromResult(0);
            }, error);
        Assert.Equal($"ivnext: {folder.Path}: it is a folder where a file is needed", error.ToString().TrimEnd());
    }
}
