using System.Security.Cryptography;
using System.Text;
using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

public sealed class ClassListTests
{
    [Fact]
    public void Hash_IsShaOfNamesJoinedByLineFeeds() =>
        Assert.Equal(
            Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("left\nright"))).ToLowerInvariant(),
            ClassList.Hash(["left", "right"]));

    [Fact]
    public void Hash_OtherOrder_Differs() => Assert.NotEqual(ClassList.Hash(["a", "b"]), ClassList.Hash(["b", "a"]));

    [Theory]
    [InlineData]
    [InlineData("a", "a")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void Hash_AmbiguousList_Throws(params string[] names) => Assert.Throws<ArgumentException>(() => ClassList.Hash(names));
}
