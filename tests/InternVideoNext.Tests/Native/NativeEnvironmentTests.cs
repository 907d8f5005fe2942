using InternVideoNext.Native;

namespace InternVideoNext.Tests.Native;

public sealed class NativeEnvironmentTests
{
    [Fact]
    public void SetIfAbsent_Twice_KeepsTheFirst()
    {
        const string Name = "IVNEXT_TEST_NATIVE_ENVIRONMENT";
        Assert.Null(NativeEnvironment.Get(Name));
        NativeEnvironment.SetIfAbsent(Name, ":4096:8");
        NativeEnvironment.SetIfAbsent(Name, ":16:8");
        Assert.Equal(":4096:8", NativeEnvironment.Get(Name));
        Assert.Null(Environment.GetEnvironmentVariable(Name)); // .NET has a copy of its own: setting there would not reach libtorch
    }
}
