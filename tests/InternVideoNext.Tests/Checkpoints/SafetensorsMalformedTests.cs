using InternVideoNext.Checkpoints;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class SafetensorsMalformedTests
{
    private const string Good = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    public static TheoryData<string, int, string> Headers => new()
    {
        { "", 0, "the header is not a JSON object" },
        { "[]", 0, "the header is not a JSON object" },
        { "\"x\"", 0, "the header is not a JSON object" },
        { """{"x":""", 8, "not valid JSON" },
        { Good + "}", 8, "not valid JSON" },
        { Good + " x", 8, "not valid JSON" },
        { """{"x":1}""", 0, "tensor 'x': its description is not a JSON object" },
        { """{"x":{"dtype":"F32","shape":[2]}}""", 8, "tensor 'x': field data_offsets is missing" },
        { """{"x":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "field shape is missing" },
        { """{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "field dtype is missing" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", 8, "unknown field 'more'" },
        { """{"x":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", 8, "field shape appears twice" },
        { """{"x":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown dtype 'F33'" },
        { """{"x":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "dtype is not a string" },
        { """{"x":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "shape is not a list" },
        { """{"x":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "shape holds something that is not a number" },
        { """{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "not an integer" },
        { """{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative number, -2" },
        { """{"x":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", 8, "not an integer of 64 bits" },
        { """{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "more bytes than any file can hold" },
        { """{"x":{"dtype":"F32","shape":[""" + string.Join(',', Enumerable.Repeat(1, 65)) + """],"data_offsets":[0,4]}}""", 4, "shape holds more than 64 numbers" },
        { """{"x":{"dtype":"F32","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", 0, "more bytes than any file can hold" },
        { """{"x":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", 0, "more bytes than any file can hold" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "begin at 8, after their end 0" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "data_offsets has 1 numbers" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "data_offsets holds more than 2" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "negative number, -8" },
        { """{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "F32[3] needs 12 bytes but data_offsets 0 to 8 hold 8" },
        { """{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, "does not fill whole bytes" },
        { Good, 7, "tensor 'x': its data ends at byte 8 but the file holds 7" },
        { Good, 9, "cover 8 bytes but the file holds 9" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "bytes 0 to 4 before its data belong to no tensor" },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'y': its data, bytes 4 to 8, overlaps that of 'x'" },
        { """{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'x': the header has this name twice" },
        { """{"__metadata__":{"a":1}}""", 0, "__metadata__ field 'a' is not a string" },
        { """{"__metadata__":"a"}""", 0, "__metadata__ is not a JSON object" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "__metadata__ has the field 'a' twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "__metadata__ twice" },
        { """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "not valid Unicode" },
        { """{"x":{"dtype":"\udc00","shape":[2],"data_offsets":[0,8]}}""", 8, "not valid Unicode" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Open_MalformedHeader_SaysWhatIsWrong(string header, int dataBytes, string expected) =>
        AssertRefused(RawSafetensors.Bytes(header, dataBytes), expected);

    [Theory]
    [InlineData(0, "too short for a safetensors file: 0 bytes")]
    [InlineData(7, "too short for a safetensors file: 7 bytes")]
    [InlineData(8, "claims 54 bytes but only 0 follow")]
    [InlineData(30, "claims 54 bytes but only 22 follow")]
    [InlineData(65, "ends at byte 8 but the file holds 3")]
    public void Open_TruncatedFile_SaysWhatIsWrong(int length, string expected) =>
        AssertRefused(RawSafetensors.Bytes(Good, 8)[..length], expected);

    [Theory]
    [InlineData(100_000_001, "more than the format's 100000000")]
    [InlineData(-1, "claims 18446744073709551615 bytes")]
    [InlineData(1000, "claims 1000 bytes but only 62 follow")]
    public void Open_WrongHeaderLength_SaysWhatIsWrong(long claimed, string expected) =>
        AssertRefused(RawSafetensors.Bytes(Good, 8, claimed), expected);

    [Fact]
    public void Open_HeaderIsNotUtf8_SaysSo() =>
        AssertRefused(RawSafetensors.Bytes([.. "{\""u8, 0xFF, 0xFE, .. "\":{}}"u8], 0), "not valid UTF-8");

    [Fact]
    public void Open_EndlessName_IsShortenedInTheMessage()
    {
        var name = new string('a', 100_000);
        var bytes = RawSafetensors.Bytes("{\"" + name + "\":" + """{"dtype":"?","shape":[],"data_offsets":[0,0]}}""", 0);
        Assert.True(AssertRefused(bytes, "unknown dtype '?'").Message.Length < 1000);
    }

    [Fact]
    public void Open_DeeplyNestedJson_IsRefusedNotRecursedInto() =>
        AssertRefused(RawSafetensors.Bytes("{\"x\":{\"dtype\":" + new string('[', 100_000), 0), "dtype is not a string");

    private static SafetensorsException AssertRefused(byte[] bytes, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["bad.safetensors"], bytes);
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(folder["bad.safetensors"]).Dispose());
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("bad.safetensors", error.Message, StringComparison.Ordinal);
        var inMemory = Assert.Throws<SafetensorsException>(() => SafetensorsHeader.Parse(bytes, bytes.Length, "bad.safetensors"));
        Assert.Equal(error.Problem, inMemory.Problem);
        return error;
    }
}
