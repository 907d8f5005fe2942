using System.Diagnostics;
using System.Runtime.Versioning;
using InternVideoNext.Notebooks.Packages;

namespace InternVideoNext.Tests.Notebooks;

[SupportedOSPlatform("linux")]
public sealed class PrivateFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryMake_NewFolder_IsThisUsersAlone()
    {
        Assert.True(PrivateFolder.TryMake(_folder["new/below"]));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["new/below"]));
        Assert.True(PrivateFolder.TryMake(_folder["new/below"]));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void TryMake_FolderThatOthersCanWriteTo_IsRefused(UnixFileMode open)
    {
        Directory.CreateDirectory(_folder["open"]);
        File.SetUnixFileMode(_folder["open"], File.GetUnixFileMode(_folder["open"]) | open);
        Assert.False(PrivateFolder.TryMake(_folder["open"]));
    }

    [Fact]
    public void TryMake_FolderOfAnotherUser_IsRefused()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.False(PrivateFolder.TryMake("/etc")); // root's
            return;
        }
        Directory.CreateDirectory(_folder["theirs"]);
        using var chown = Process.Start("chown", ["nobody", _folder["theirs"]]);
        chown.WaitForExit();
        Assert.False(PrivateFolder.TryMake(_folder["theirs"]));
    }
}
