using System.Globalization;

namespace InternVideoNext.Data;

/// <summary>The times and key frames of a stream's packets, as ffprobe lists them, in units of the stream's time base.</summary>
internal sealed class PacketTimes
{
    // A jump of more seconds is one that ffmpeg mends in some containers, so that times no longer tell places.
    private const double LargestJump = 5;

    // Frames that others are predicted from come before these in the file, but not by more seconds.
    private const double LargestReorder = 1;

    private readonly List<long> _keys = [];
    private readonly HashSet<long> _shown = [];
    private long? _firstPts, _lastPts, _endPts, _firstDts, _lastDts, _endDts;
    private long _largestStep, _largestReturn;
    private bool _isOrdered = true, _isCut;
    private int _timed, _hidden;

    /// <summary>Packets.</summary>
    public int Count { get; private set; }

    /// <summary>Whether each tells when it is shown.</summary>
    public bool AllTimed => _timed == Count;

    /// <summary>Ticks from a key frame to the next at most.</summary>
    public long KeyGap => Gaps().DefaultIfEmpty().Max();

    /// <summary>Ticks from the key frame before it to a frame, on average over all times.</summary>
    public double KeyDistance => Gaps().Sum(g => (double)g * g) / Math.Max(1, 2.0 * Gaps().Sum());

    /// <summary>Whether a frame found by its time is the one that decoding from end to end gives.</summary>
    /// <param name="tickSeconds">Seconds of a unit.</param>
    /// <param name="tellsDecoding">Whether the container tells when packets are decoded; where it does not, ffprobe guesses.</param>
    public bool IsSound(double tickSeconds, bool tellsDecoding) =>
        AllTimed && (_isOrdered || !tellsDecoding) && !_isCut && _keys.Count > 0 && _shown.Count == Count - _hidden
            && _largestStep * tickSeconds <= LargestJump && _largestReturn * tickSeconds <= LargestReorder;

    /// <summary>Units from the first packet to the end of the last.</summary>
    /// <param name="frame">Units of a frame, where the last packet tells no length.</param>
    public double Span(double frame) =>
        (_firstPts, _lastPts, _firstDts, _lastDts) switch
        {
            ({ } first, { } last, _, _) when AllTimed => (_endPts > last ? _endPts.Value : last + frame) - first,
            (_, _, { } first, { } last) => (_endDts > last ? _endDts.Value : last + frame) - first,
            ({ } first, { } last, _, _) => last + frame - first,
            _ => 0,
        };

    /// <summary>Takes ffprobe's lines: pts|dts|duration|flags.</summary>
    public void Read(StreamReader lines)
    {
        (Count, _timed, _hidden, _largestStep, _largestReturn) = (0, 0, 0, 0, 0);
        (_firstPts, _lastPts, _endPts, _firstDts, _lastDts, _endDts) = (null, null, null, null, null, null);
        (_isOrdered, _isCut) = (true, false);
        _keys.Clear();
        _shown.Clear();
        while (lines.ReadLine() is { } line)
            if (line.Split('|') is [var pts, var dts, var duration, var flags, ..])
                Add(Number(pts), Number(dts), Number(duration) ?? 0, flags);
    }

    private void Add(long? pts, long? dts, long duration, string flags)
    {
        Count++;
        // Frames before an edit's beginning are decoded and not shown. Once some are shown, others cut out would shift those after them.
        var isHidden = flags.Contains('D', StringComparison.Ordinal);
        _isCut |= isHidden && _shown.Count > 0;
        if (dts is { } decoded)
        {
            _isOrdered &= !(decoded <= _lastDts);
            (_firstDts, _lastDts, _endDts) = (_firstDts ?? decoded, decoded, decoded + duration);
        }
        if (pts is not { } shown) return;
        _timed++;
        if (isHidden)
        {
            _hidden++;
            return;
        }
        _shown.Add(shown);
        if (_lastPts is { } before)
            (_largestStep, _largestReturn) = (Math.Max(_largestStep, shown - before), Math.Max(_largestReturn, before - shown));
        if (flags.Contains('K', StringComparison.Ordinal)) _keys.Add(shown);
        _firstPts = Math.Min(_firstPts ?? shown, shown);
        if (_lastPts is null || shown > _lastPts) (_lastPts, _endPts) = (shown, shown + duration);
    }

    private IEnumerable<long> Gaps() => _keys.Zip(_keys.Skip(1).Append(_endPts ?? 0), (from, to) => Math.Max(0, to - from));

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
