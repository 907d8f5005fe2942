using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace InternVideoNext.Checkpoints;

/// <summary>What a pickle that is read here may name and refer to; everything else is refused by name.</summary>
internal interface IPickleGlobals
{
    /// <summary>Whether a name may stand in the file.</summary>
    bool Knows(PickleGlobal global);

    /// <summary>The value that the file makes of a function and its arguments.</summary>
    /// <exception cref="FormatException">The arguments are none of that function's.</exception>
    object? Call(PickleGlobal global, IReadOnlyList<object?> arguments);

    /// <summary>The value of a persistent id.</summary>
    /// <exception cref="FormatException">It is none that is known.</exception>
    object? Load(object? persistentId);
}

/// <summary>
/// Reads Python pickles, protocols 0 to 5, as data: numbers, texts, containers, and the few names that <see cref="IPickleGlobals"/> gives a
/// meaning to. A pickle is a program for a stack machine; this one can neither import nor call anything of the machine it runs on.
/// </summary>
internal sealed class PickleReader
{
    private const int MostOperations = 20_000_000;
    private const int MostText = 16 << 20;
    private const int MostLine = 1 << 16;
    private const int MostNumber = 32;

    private static readonly object Mark = new();

    private readonly Stream _stream;
    private readonly IPickleGlobals _globals;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private readonly byte[] _buffer = new byte[8];

    private PickleReader(Stream stream, IPickleGlobals globals) => (_stream, _globals) = (stream, globals);

    /// <summary>Reads one pickle, up to its last word.</summary>
    /// <param name="stream">The pickle; left behind its last byte.</param>
    /// <param name="globals">What it may name.</param>
    /// <exception cref="FormatException">It breaks the format or a limit, or names what is refused; the message says where.</exception>
    /// <exception cref="EndOfStreamException">It ends early.</exception>
    public static object? Read(Stream stream, IPickleGlobals globals) => new PickleReader(stream, globals).Run();

    private object? Run()
    {
        for (var operation = 0; operation < MostOperations; operation++)
        {
            var code = TakeByte();
            if (code == (byte)'.')
            {
                return _stack.Count == 1 && _stack[0] != Mark ? _stack[0]
                    : throw new FormatException("the pickle ends with a stack that is not one value.");
            }

            Execute(code);
        }

        throw new FormatException($"a pickle of more than {MostOperations} operations is refused.");
    }

    private void Execute(byte code)
    {
        switch (code)
        {
            case 0x80: TakeByte(); break; // PROTO
            case 0x95: TakeLong(8); break; // FRAME
            case (byte)'(': Push(Mark); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopMark(); break;
            case (byte)'2': Push(Top()); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'I' or (byte)'L': PushWhole(Line()); break;
            case (byte)'J': Push(TakeSigned32()); break;
            case (byte)'K': Push((long)TakeByte()); break;
            case (byte)'M': Push(TakeLong(2)); break;
            case 0x8a: PushNumber(Number(TakeByte())); break;
            case 0x8b: PushNumber(Number(TakeLong(4))); break;
            case (byte)'F': Push(double.Parse(Line(), NumberStyles.Float, CultureInfo.InvariantCulture)); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'X' or (byte)'T': Push(Text(TakeLong(4))); break;
            case 0x8c or (byte)'U': Push(Text(TakeByte())); break;
            case 0x8d: Push(Text(TakeLong(8))); break;
            case (byte)'S': Push(Line().Trim('\'', '"')); break;
            case (byte)'V': Push(Line()); break;
            case (byte)'B': Push(Bytes(TakeLong(4))); break;
            case (byte)'C': Push(Bytes(TakeByte())); break;
            case 0x8e or 0x96: Push(Bytes(TakeLong(8))); break;
            default: ExecuteContainer(code); break;
        }
    }

    private void ExecuteContainer(byte code)
    {
        switch (code)
        {
            case (byte)']' or 0x8f: Push(new PickleList()); break; // also the empty set
            case (byte)'a': Append([Pop()]); break;
            case (byte)'e' or 0x90: Append(PopMark()); break;
            case (byte)'l': PushList(PopMark()); break;
            case 0x91: PushList(PopMark()); break; // a frozen set
            case (byte)')': Push(new PickleTuple([])); break;
            case (byte)'t': Push(new PickleTuple(PopMark())); break;
            case 0x85 or 0x86 or 0x87: PushTuple(code - 0x84); break;
            case (byte)'}': Push(new PickleDictionary()); break;
            case (byte)'d': PushDictionary(PopMark()); break;
            case (byte)'s': SetLast(); break;
            case (byte)'u': SetItems(PopMark()); break;
            case (byte)'g': Recall(Index(Line())); break;
            case (byte)'h': Recall(TakeByte()); break;
            case (byte)'j': Recall(TakeLong(4)); break;
            case (byte)'p': _memo[Index(Line())] = Top(); break;
            case (byte)'q': _memo[TakeByte()] = Top(); break;
            case (byte)'r': _memo[TakeLong(4)] = Top(); break;
            case 0x94: _memo[_memo.Count] = Top(); break;
            default: ExecuteObject(code); break;
        }
    }

    private void ExecuteObject(byte code)
    {
        switch (code)
        {
            case (byte)'c': Push(Global(Line(), Line())); break;
            case 0x93: PushStackGlobal(); break;
            case (byte)'R' or 0x81: Reduce(); break; // REDUCE, NEWOBJ
            case 0x92: Pop(); Reduce(); break; // NEWOBJ_EX: named arguments belong to no function that is known here
            case (byte)'b': Build(); break;
            case (byte)'Q': Push(_globals.Load(Pop())); break;
            case (byte)'P': Push(_globals.Load(Line())); break;
            case (byte)'i': throw Refused(Line() + "." + Line());
            case (byte)'o': throw Refused(PopMark() is [PickleGlobal named, ..] ? named.ToString() : "an object");
            case 0x82 or 0x83 or 0x84: throw Refused("an object of the extension registry");
            default: throw new FormatException($"operation 0x{code:x2} at byte {Place()} is none of a pickle's.");
        }
    }

    private PickleGlobal Global(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        return _globals.Knows(global) ? global : throw Refused(global.ToString());
    }

    private void PushStackGlobal()
    {
        if (Pop() is not string name || Pop() is not string module) throw new FormatException("a name in the pickle is no text.");
        Push(Global(module, name));
    }

    private void Reduce()
    {
        if (Pop() is not PickleTuple arguments) throw new FormatException("the arguments of a call are no tuple.");
        if (Pop() is not PickleGlobal function) throw new FormatException("the pickle calls what is no function.");
        Push(_globals.Call(function, arguments.Items));
    }

    // The state of an object: attributes of a namespace; an OrderedDict's own attributes are no items.
    private void Build()
    {
        var state = Pop();
        if (Top() is PickleNamespace named && state is PickleDictionary attributes) named.Attributes.Items.AddRange(attributes.Items);
    }

    private void Append(IReadOnlyList<object?> values)
    {
        if (Top() is not PickleList list) throw new FormatException("the pickle appends to what is no list.");
        list.Items.AddRange(values);
    }

    private void SetLast()
    {
        var value = Pop();
        SetItems([Pop(), value]);
    }

    private void SetItems(List<object?> values)
    {
        if (Top() is not PickleDictionary dictionary) throw new FormatException("the pickle sets an item of what is no dictionary.");
        AddPairs(dictionary, values);
    }

    private void PushDictionary(List<object?> values)
    {
        var dictionary = new PickleDictionary();
        AddPairs(dictionary, values);
        Push(dictionary);
    }

    private static void AddPairs(PickleDictionary dictionary, List<object?> values)
    {
        if (values.Count % 2 != 0) throw new FormatException("a dictionary has a key without a value.");
        for (var i = 0; i < values.Count; i += 2) dictionary.Items.Add(new(values[i], values[i + 1]));
    }

    private void PushList(List<object?> values)
    {
        var list = new PickleList();
        list.Items.AddRange(values);
        Push(list);
    }

    private void PushTuple(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--) items[i] = Pop();
        Push(new PickleTuple(items));
    }

    private void Recall(long index) =>
        Push(_memo.TryGetValue(index, out var value) ? value : throw new FormatException($"the pickle has no value {index} to recall."));

    private void Push(object? value) => _stack.Add(value);

    private object? Top() => _stack.Count > 0 && _stack[^1] != Mark ? _stack[^1] : throw Empty();

    private object? Pop()
    {
        var value = Top();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private List<object?> PopMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0) throw Empty();
        var values = _stack.GetRange(mark + 1, _stack.Count - mark - 1);
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private byte TakeByte()
    {
        var value = _stream.ReadByte();
        return value >= 0 ? (byte)value : throw new EndOfStreamException();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        _stream.ReadExactly(_buffer.AsSpan(0, count));
        return _buffer.AsSpan(0, count);
    }

    private long TakeLong(int bytes)
    {
        _buffer.AsSpan().Clear();
        Take(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(_buffer);
    }

    private long TakeSigned32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private string Text(long length) => Encoding.UTF8.GetString(Bytes(length));

    // Grows with what is there: a length alone costs no memory.
    private byte[] Bytes(long length)
    {
        if (length is < 0 or > MostText) throw new FormatException($"a text of {length} bytes; more than {MostText} are refused.");
        var bytes = new byte[Math.Min(length, MostLine)];
        for (var done = 0; ;)
        {
            _stream.ReadExactly(bytes.AsSpan(done));
            done = bytes.Length;
            if (done == length) return bytes;
            Array.Resize(ref bytes, (int)Math.Min(length, 2L * done));
        }
    }

    private string Line()
    {
        var line = new StringBuilder();
        for (var c = TakeByte(); c != (byte)'\n'; c = TakeByte())
        {
            if (line.Length == MostLine) throw new FormatException($"a line of more than {MostLine} characters is refused.");
            line.Append((char)c);
        }

        return line.ToString();
    }

    private BigInteger Number(long length)
    {
        if (length is < 0 or > MostNumber)
            throw new FormatException($"a whole number of {length} bytes; more than {MostNumber} are refused.");
        return new BigInteger(Bytes(length));
    }

    private void PushWhole(string text)
    {
        if (text.Length > 80) throw new FormatException("a whole number of more than 80 digits is refused.");
        if (text is "00" or "01") Push(text == "01");
        else PushNumber(BigInteger.Parse(text.TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    private void PushNumber(BigInteger number)
    {
        if (number >= long.MinValue && number <= long.MaxValue) Push((long)number);
        else Push(number);
    }

    private static long Index(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private string Place() => _stream.CanSeek ? (_stream.Position - 1).ToString(CultureInfo.InvariantCulture) : "unknown";

    private static FormatException Empty() => new("the pickle takes a value from an empty stack.");

    private static FormatException Refused(string name) => new(
        $"the pickle asks for {SafetensorsException.Shorten(name)}, which is refused: only tensors, containers and numbers are read, and "
        + "nothing is run.");
}

/// <summary>An <c>argparse.Namespace</c>: options that authors store beside the weights.</summary>
internal sealed class PickleNamespace
{
    public PickleDictionary Attributes { get; } = new();
}
