using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>Compares quantities with a reference file, and keeps account of which of them have been looked at.</summary>
internal sealed class ParityRecorder(ReferenceData reference)
{
    private static readonly string[] Given = ["weights.", "flax.", "input.", "interp.input"];

    private readonly List<ParityRow> _rows = [];
    private readonly HashSet<string> _seen = [];

    /// <summary>Compares a tensor with the file's of the same name.</summary>
    public void Compare(string quantity, Tensor actual, double tolerance, string? note = null)
    {
        if (!reference.Has(quantity))
        {
            Fail(quantity, "missing in the file: not compared");
            return;
        }
        using var scope = NewDisposeScope();
        var (ours, theirs) = (actual.detach().cpu().to(float64), reference[quantity].cpu().to(float64));
        if (ours.numel() == 1 && theirs.numel() == 1) ours = ours.reshape(theirs.shape);
        if (!ours.shape.SequenceEqual(theirs.shape))
        {
            Fail(quantity, $"shape [{string.Join(", ", ours.shape)}] here, [{string.Join(", ", theirs.shape)}] in the file");
            return;
        }
        var absolute = Largest(ours - theirs);
        Add(quantity, absolute, Ratio(absolute, Largest(theirs)), tolerance, note);
    }

    /// <summary>Compares a sequence of numbers with the file's vector of that name.</summary>
    public void CompareNumbers(string quantity, IEnumerable<double> actual, double tolerance, string? note = null)
    {
        using var values = tensor(actual.ToArray(), dtype: float64);
        Compare(quantity, values, tolerance, note);
    }

    /// <summary>Notes a comparison made elsewhere.</summary>
    public void Add(string quantity, double absolute, double relative, double tolerance, string? note = null)
    {
        _seen.Add(quantity);
        _rows.Add(new ParityRow(reference.Name, quantity, absolute, relative, tolerance, relative <= tolerance) { Note = note });
    }

    /// <summary>Notes that a quantity could not be compared.</summary>
    public void Fail(string quantity, string reason)
    {
        _seen.Add(quantity);
        _rows.Add(new ParityRow(reference.Name, quantity, double.NaN, double.NaN, ParityTolerance.Exact, Passed: false) { Note = reason });
    }

    /// <summary>All rows, with a failing one for each result in the file that has not been looked at.</summary>
    /// <param name="reason">Why it has not.</param>
    public IReadOnlyList<ParityRow> Finish(string reason)
    {
        foreach (
            var name in reference.Names.Where(
            name => !_seen.Contains(name) && !Given.Any(given => name.StartsWith(given, StringComparison.Ordinal))))
            Fail(name, reason);
        return _rows;
    }

    // max |x| in double precision; not a number if any element isn't.
    private static double Largest(Tensor values) => values.numel() == 0 ? 0 : values.abs().max().item<double>();

    private static double Ratio(double difference, double scale) => (difference, scale) switch
    {
        (0, _) => 0,
        (_, 0) => double.PositiveInfinity,
        _ => difference / scale,
    };
}
