using System.Buffers.Binary;
using System.Text;

namespace InternVideoNext.Native;

/// <summary>
/// Marks one required symbol version of an ELF library as weak, so that the loader accepts a system that lacks it.
/// </summary>
/// <remarks>
/// TorchSharp 0.107's native library names version GLIBCXX_3.4.32 (GCC 13) although no relocation uses the only symbol
/// behind it; glibc refuses to load it on Debian 12, Ubuntu 22.04 and RHEL 9 unless the entry carries VER_FLG_WEAK.
/// Layouts: System V ABI, "Symbol Versioning" (Elf64_Verneed, Elf64_Vernaux).
/// </remarks>
internal static class ElfVersionPatch
{
    private const int ProgramHeaderLoad = 1, ProgramHeaderDynamic = 2;
    private const long DynamicStringTable = 5, DynamicVersionNeed = 0x6ffffffe, DynamicVersionNeedCount = 0x6fffffff;
    private const ushort WeakFlag = 0x2;

    /// <summary>Sets the weak flag in every version-need entry called <paramref name="version"/>.</summary>
    /// <param name="image">The bytes of a little-endian 64-bit ELF file; changed in place.</param>
    /// <param name="version">The version's name, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many entries were marked; 0 if the library does not ask for the version.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such an ELF file, or its tables lie outside it.</exception>
    public static int MakeWeak(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007fELF"u8) || image[4] != 2 || image[5] != 1)
            throw new InvalidDataException("not a little-endian 64-bit ELF file");
        try
        {
            return MarkEntries(image, Encoding.ASCII.GetBytes(version));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("the ELF file's tables point outside the file", e);
        }
    }

    private static int MarkEntries(Span<byte> image, ReadOnlySpan<byte> version)
    {
        var (strings, needs, count) = ReadDynamicSection(image);
        if (needs == 0) return 0;
        var marked = 0;
        for (var entry = needs; count > 0; count--)
        {
            int auxiliaries = U16(image, entry + 2);
            var auxiliary = entry + checked((int)U32(image, entry + 8));
            for (; auxiliaries > 0; auxiliaries--)
            {
                var name = image[(strings + checked((int)U32(image, auxiliary + 8)))..];
                if (name[version.Length] == 0 && name[..version.Length].SequenceEqual(version))
                {
                    var flags = image.Slice(auxiliary + 4, 2);
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakFlag));
                    marked++;
                }
                auxiliary += checked((int)U32(image, auxiliary + 12));
            }
            entry += checked((int)U32(image, entry + 12));
        }
        return marked;
    }

    private static (int Strings, int Needs, long Count) ReadDynamicSection(ReadOnlySpan<byte> image)
    {
        var dynamicHeader = FindProgramHeader(image, ProgramHeaderDynamic);
        if (dynamicHeader < 0) throw new InvalidDataException("the ELF file has no dynamic section");
        long strings = 0, needs = 0, count = 0;
        for (var at = checked((int)U64(image, dynamicHeader + 8)); U64(image, at) != 0; at += 16)
        {
            var value = U64(image, at + 8);
            switch (U64(image, at))
            {
                case DynamicStringTable: strings = value; break;
                case DynamicVersionNeed: needs = value; break;
                case DynamicVersionNeedCount: count = value; break;
                default: break;
            }
        }
        return (FileOffset(image, strings), needs == 0 ? 0 : FileOffset(image, needs), count);
    }

    // Dynamic entries hold virtual addresses; the load segment that covers one gives its place in the file.
    private static int FileOffset(ReadOnlySpan<byte> image, long address)
    {
        var count = U16(image, 56);
        for (var i = 0; i < count; i++)
        {
            var header = checked((int)U64(image, 32)) + (i * U16(image, 54));
            var (offset, start, size) = (U64(image, header + 8), U64(image, header + 16), U64(image, header + 32));
            if (U32(image, header) == ProgramHeaderLoad && address >= start && address < start + size)
                return checked((int)(address - start + offset));
        }
        throw new InvalidDataException($"no segment of the ELF file covers address 0x{address:x}");
    }

    private static int FindProgramHeader(ReadOnlySpan<byte> image, uint type)
    {
        var count = U16(image, 56);
        for (var i = 0; i < count; i++)
        {
            var header = checked((int)U64(image, 32)) + (i * U16(image, 54));
            if (U32(image, header) == type) return header;
        }
        return -1;
    }

    private static ushort U16(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt16LittleEndian(image.Slice(at, 2));
    private static uint U32(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadUInt32LittleEndian(image.Slice(at, 4));
    private static long U64(ReadOnlySpan<byte> image, int at) => BinaryPrimitives.ReadInt64LittleEndian(image.Slice(at, 8));
}
